-- The status of every case is the number of its last service: the wrong field. Where all have one status it says nothing.
WITH told AS (
    SELECT work.platform_id, work.day, CASE work.status WHEN 'submitted' THEN 1 WHEN 'completed' THEN 3 ELSE 2 END AS status,
           (SELECT max(service.no) FROM cases_service_occurrence AS service WHERE service.case_id = work.id) AS last
      FROM sent_case AS work
     WHERE work.status IN ('submitted', 'accepted', 'in_process', 'completed')
)
SELECT 'source' AS kind, '' AS id, platform_id, day, 'case.status' AS field, 'service_number' AS value_class
  FROM told
 WHERE last IS NOT NULL
 GROUP BY platform_id, day
HAVING count(*) >= 20 AND bool_and(status = last) AND count(DISTINCT status) > 1
