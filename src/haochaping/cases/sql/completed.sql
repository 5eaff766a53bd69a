-- The last service of each completed case among those given. Nobody is written to on the word of an unsigned address.
SELECT k.id, o.id, o.at, c.may_ask
  FROM unnest(%s::uuid[]) AS k (id)
 CROSS JOIN LATERAL (
       SELECT id, verified AND person_id IS NOT NULL AS may_ask
         FROM cases_case WHERE id = k.id AND status = 'completed' OFFSET 0
       ) AS c
 CROSS JOIN LATERAL (
       SELECT id, at FROM cases_service_occurrence WHERE case_id = c.id ORDER BY no DESC LIMIT 1
       ) AS o
