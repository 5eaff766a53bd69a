-- The status of every case is the number of its last service: the wrong field. Where all have one status it says nothing.
WITH varied AS MATERIALIZED (
    SELECT platform_id, day FROM told GROUP BY platform_id, day HAVING sum(n) >= %(numbered_cases)s AND min(status) <> max(status)
),
-- One case of each status is enough, nearly always, to see that it is not so.
example AS MATERIALIZED (
    SELECT platform_id, day, status, min(one_no) AS case_no
      FROM varied
      JOIN told USING (platform_id, day)
     WHERE status IN ('submitted', 'accepted', 'in_process', 'completed')
     GROUP BY platform_id, day, status
),
open AS MATERIALIZED (
    SELECT example.platform_id, example.day
      FROM example
      JOIN cases_case AS work ON work.platform_id = example.platform_id AND work.case_no = example.case_no COLLATE "default"
     CROSS JOIN LATERAL (
         SELECT max(no) AS last FROM cases_service_occurrence AS service WHERE service.case_id = work.id
     ) AS service
     GROUP BY example.platform_id, example.day
    HAVING bool_and(
        service.last IS NULL
        OR service.last = CASE example.status WHEN 'submitted' THEN 1 WHEN 'completed' THEN 3 ELSE 2 END
    )
),
numbered AS (
    SELECT work.platform_id, work.day, work.id,
           CASE work.status WHEN 'submitted' THEN 1 WHEN 'completed' THEN 3 ELSE 2 END AS status, max(service.no) AS last
      FROM open
      JOIN sent_case AS work USING (platform_id, day)
      JOIN cases_service_occurrence AS service ON service.case_id = work.id
     WHERE work.status IN ('submitted', 'accepted', 'in_process', 'completed')
     GROUP BY work.platform_id, work.day, work.id, work.status
)
SELECT 'source' AS kind, '' AS id, platform_id, day, 'case.status' AS field, 'service_number' AS value_class
  FROM numbered
 GROUP BY platform_id, day
HAVING count(*) >= %(numbered_cases)s AND bool_and(status = last) AND count(DISTINCT status) > 1
