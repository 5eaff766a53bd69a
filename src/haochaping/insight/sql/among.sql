-- The units of comparisons, the newest of each division and kind that reaches no further than a month: counts, how much is
-- shown of each, its band, and where it lies. `halls` are there for when halls are compared.
WITH wanted AS (
    SELECT asked.division_id, asked.kind, newest.id
      FROM unnest(%(divisions)s::bigint[], %(kinds)s::varchar[], %(stems)s::varchar[]) AS asked (division_id, kind, stem)
     CROSS JOIN LATERAL (
        SELECT id FROM insight_comparison AS one
         WHERE one.division_id = asked.division_id AND one.kind = asked.kind AND one.stem = asked.stem AND one.last <= %(last)s
         ORDER BY one.last DESC
         LIMIT 1) AS newest
)
SELECT wanted.division_id, wanted.kind, unit.unit_id, unit.bad, unit.n, unit.extent, unit.band,
       coalesce(itself.path, seat.path, '')
  FROM wanted
  JOIN insight_compared_unit AS unit ON unit.comparison_id = wanted.id
  LEFT JOIN directory_division AS itself ON wanted.kind = 'division' AND itself.id = unit.unit_id
  LEFT JOIN directory_service_item AS item ON wanted.kind = 'item' AND item.id = unit.unit_id
  LEFT JOIN directory_hall AS hall ON wanted.kind = 'hall' AND hall.id = unit.unit_id
  LEFT JOIN directory_agency AS agency
    ON agency.id = CASE WHEN wanted.kind = 'agency' THEN unit.unit_id ELSE item.agency_id END
  LEFT JOIN directory_division AS seat ON seat.id = coalesce(agency.division_id, hall.division_id)
 ORDER BY wanted.division_id, wanted.kind, unit.unit_id
