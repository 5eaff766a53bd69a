-- The cases without sealed persons of which something else is kept than (id, by an agent, aged 60) says.
SELECT c.id
  FROM unnest(%s::uuid[], %s::boolean[], %s::boolean[]) AS k (id, by_agent, aged_60)
 CROSS JOIN LATERAL (
       SELECT id, by_agent, aged_60 FROM cases_case
        WHERE id = k.id AND person_id IS NULL AND agent_id IS NULL OFFSET 0
       ) AS c
 WHERE (c.by_agent, c.aged_60) IS DISTINCT FROM (k.by_agent, k.aged_60)
