-- After units.sql: active reviews of each unit by month, the bad ones and all, in lists of one length.
SELECT by, id, division_id, agency_id, array_agg(month ORDER BY month), array_agg(bad ORDER BY month), array_agg(n ORDER BY month)
  FROM (
      SELECT by, id, month, coalesce(sum(n) FILTER (WHERE level = ANY(%(bad)s)), 0)::bigint AS bad, sum(n)::bigint AS n
        FROM unit
       WHERE provenance = ANY(%(active)s)
       GROUP BY by, id, month
      HAVING sum(n) > 0
  ) AS monthly
  JOIN place USING (by, id)
 GROUP BY by, id, division_id, agency_id
