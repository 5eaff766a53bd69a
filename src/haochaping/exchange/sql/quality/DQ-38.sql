-- Cases changed later than a late report may be after they were completed, where these are more than one in twenty.
WITH changed AS (
    SELECT work.id, work.platform_id, work.day
      FROM sent_case AS work
      JOIN agreed USING (platform_id)
     WHERE work.status = 'completed'
       AND work.updated_at - greatest(work.completed_at, work.received_at) > agreed.very_late_after
),
often AS (
    SELECT platform_id, day
      FROM (SELECT platform_id, day, count(*) AS n FROM changed GROUP BY platform_id, day) AS late
      JOIN (SELECT platform_id, day, count(*) AS n FROM sent_case GROUP BY platform_id, day) AS all_of USING (platform_id, day)
     WHERE all_of.n >= 20 AND late.n > all_of.n * 0.05
)
SELECT 'case' AS kind, changed.id::text, changed.platform_id, changed.day, 'case.updated_at' AS field, 'late_correction' AS value_class
  FROM changed
  JOIN often USING (platform_id, day)
