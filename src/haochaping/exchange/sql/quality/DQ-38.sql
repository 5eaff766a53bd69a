-- Cases changed later than a late report may be after they were completed, where these are too many; and reviews that were
-- put aside and corrected as late, where these are too many of all that came. When history was put right says nothing.
WITH often AS MATERIALIZED (
    SELECT platform_id, day
      FROM told
     GROUP BY platform_id, day
    HAVING sum(n) >= %(completed_cases)s AND sum(corrected) > sum(n) * %(corrected_share)s
),
again AS MATERIALIZED (
    SELECT record.id, platform.id AS platform_id, (record.received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           record.settled_at > record.received_at + agreed.very_late_after AS late
      FROM exchange_quarantined_record AS record
      JOIN directory_platform AS platform ON platform.code = record.source
      JOIN agreed ON agreed.platform_id = platform.id
     WHERE record.received_at >= %(since)s AND record.received_at < %(until)s
       AND record.kind = 'review' AND record.state = 'corrected' AND record.entrance NOT IN ('token', 'history')
),
came AS (
    SELECT platform_id, day, sum(n) AS n, sum(late) AS late
      FROM (
          SELECT platform_id, day, n, 0 AS late FROM answer
          UNION ALL
          SELECT platform_id, day, 1, 0 FROM put_aside WHERE kind = 'review'
          UNION ALL
          SELECT platform_id, day, 1, late::int FROM again
      ) AS part
     GROUP BY platform_id, day
    HAVING sum(n) >= %(sent_reviews)s AND sum(late) > sum(n) * %(corrected_share)s
)
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.updated_at' AS field, 'late_correction' AS value_class
  FROM often
  JOIN sent_case AS work USING (platform_id, day)
  JOIN agreed USING (platform_id)
 WHERE work.verified AND work.status = 'completed' AND work.updated_at > greatest(work.completed_at, work.received_at) + agreed.very_late_after
UNION ALL
SELECT 'record', again.id::text, again.platform_id, again.day, 'review.assess_no', 'late_correction'
  FROM came
  JOIN again USING (platform_id, day)
 WHERE again.late
