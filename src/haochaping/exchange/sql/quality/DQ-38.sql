-- Cases changed later than a late report may be after they were completed, where these are more than one in twenty.
WITH changed AS (
    SELECT work.id, work.platform_id, work.day,
           work.status = 'completed'
           AND work.updated_at - greatest(work.completed_at, work.received_at) > agreed.very_late_after AS late
      FROM sent_case AS work
      JOIN agreed USING (platform_id)
),
often AS (
    SELECT platform_id, day FROM changed GROUP BY platform_id, day
    HAVING count(*) >= 20 AND count(*) FILTER (WHERE late) > count(*) * 0.05
)
SELECT 'case' AS kind, changed.id::text, changed.platform_id, changed.day, 'case.updated_at' AS field, 'late_correction' AS value_class
  FROM changed
  JOIN often USING (platform_id, day)
 WHERE changed.late
