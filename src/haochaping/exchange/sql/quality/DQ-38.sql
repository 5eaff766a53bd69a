-- Cases changed later than a late report may be after they were completed, where these are too many.
WITH often AS MATERIALIZED (
    SELECT platform_id, day
      FROM told
     GROUP BY platform_id, day
    HAVING sum(n) >= %(completed_cases)s AND sum(corrected) > sum(n) * %(corrected_share)s
)
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.updated_at' AS field, 'late_correction' AS value_class
  FROM often
  JOIN sent_case AS work USING (platform_id, day)
  JOIN agreed USING (platform_id)
 WHERE work.status = 'completed' AND work.updated_at > greatest(work.completed_at, work.received_at) + agreed.very_late_after
