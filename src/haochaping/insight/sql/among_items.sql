-- The items of an agency that were compared with their like for a month, each once: by the first of these divisions that did.
SELECT DISTINCT ON (item.id) item.id, unit.bad, unit.n, unit.extent, unit.band, seat.path
  FROM directory_service_item AS item
  JOIN directory_agency AS agency ON agency.id = item.agency_id
  JOIN directory_division AS seat ON seat.id = agency.division_id
  JOIN insight_comparison AS one
    ON one.division_id = ANY(%(divisions)s::bigint[]) AND one.kind = 'item' AND one.stem = substr(item.code, 20, 12)
   AND one.last = %(last)s
  JOIN insight_compared_unit AS unit ON unit.comparison_id = one.id AND unit.unit_id = item.id
 WHERE item.agency_id = %(agency_id)s
 ORDER BY item.id, array_position(%(divisions)s::bigint[], one.division_id)
