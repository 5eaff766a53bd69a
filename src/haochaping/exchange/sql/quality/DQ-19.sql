-- The status of every case is the number of its last service: the wrong field. Where all have one status it says nothing.
WITH varied AS (
    SELECT platform_id, day
      FROM sent_case
     GROUP BY platform_id, day
    HAVING count(*) >= 20 AND min(status) <> max(status)
),
told AS (
    SELECT work.platform_id, work.day, work.id,
           CASE work.status WHEN 'submitted' THEN 1 WHEN 'completed' THEN 3 ELSE 2 END AS status, max(service.no) AS last
      FROM varied
      JOIN sent_case AS work USING (platform_id, day)
      JOIN cases_service_occurrence AS service ON service.case_id = work.id
     WHERE work.status IN ('submitted', 'accepted', 'in_process', 'completed')
     GROUP BY work.platform_id, work.day, work.id, work.status
)
SELECT 'source' AS kind, '' AS id, platform_id, day, 'case.status' AS field, 'service_number' AS value_class
  FROM told
 GROUP BY platform_id, day
HAVING count(*) >= 20 AND bool_and(status = last) AND count(DISTINCT status) > 1
