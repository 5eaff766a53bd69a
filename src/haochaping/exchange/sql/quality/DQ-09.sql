-- A case that was accepted has no time of acceptance; one that is completed has no time of completion.
SELECT 'case' AS kind, id::text, platform_id, day, 'case.accepted_at' AS field, 'empty' AS value_class
  FROM sent_case
 WHERE accepted_at IS NULL AND status IN ('accepted', 'in_process', 'completed')
UNION ALL
SELECT 'case', id::text, platform_id, day, 'case.completed_at', 'empty'
  FROM sent_case
 WHERE completed_at IS NULL AND status = 'completed'
