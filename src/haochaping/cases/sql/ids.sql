-- The cases that are there among (platform id, case number).
SELECT c.id
  FROM unnest(%s::bigint[], %s::text[]) AS k (platform_id, case_no)
 CROSS JOIN LATERAL (
       SELECT id FROM cases_case WHERE platform_id = k.platform_id AND case_no = k.case_no OFFSET 0
       ) AS c
