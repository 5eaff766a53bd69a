-- The last service of each completed case among those given.
SELECT k.id, o.id
  FROM unnest(%s::uuid[]) AS k (id)
 CROSS JOIN LATERAL (SELECT id FROM cases_case WHERE id = k.id AND status = 'completed' OFFSET 0) AS c
 CROSS JOIN LATERAL (
       SELECT id FROM cases_service_occurrence WHERE case_id = c.id ORDER BY no DESC LIMIT 1
       ) AS o
