-- Every unit that is watched, and what the months have of it, with all below an agency. A further kind of unit is one more
-- arm of `place` (where it lies, of those in force) and one of `unit`. A hall is no agency's: 0.
WITH place (by, id, division_id, agency_id) AS (
    SELECT 'agency', id, division_id, id FROM directory_agency
     WHERE coalesce(valid_from, %(today)s) <= %(today)s AND coalesce(valid_to, %(today)s) >= %(today)s
    UNION ALL
    SELECT 'item', item.id, agency.division_id, agency.id
      FROM directory_service_item AS item
      JOIN directory_agency AS agency ON agency.id = item.agency_id
     WHERE coalesce(item.valid_from, %(today)s) <= %(today)s AND coalesce(item.valid_to, %(today)s) >= %(today)s
    UNION ALL
    SELECT 'hall', id, division_id, 0 FROM directory_hall
     WHERE coalesce(valid_from, %(today)s) <= %(today)s AND coalesce(valid_to, %(today)s) >= %(today)s
), unit (by, id, month, kind, level, provenance, n) AS (
    SELECT 'agency', above.id, month, kind, fact.level, provenance, n
      FROM insight_agency_month AS fact
      JOIN directory_agency AS part ON part.id = fact.agency_id
     CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
      JOIN directory_agency AS above ON above.code = named.code
     WHERE month >= %(first)s AND month < %(end)s AND kind = ANY(%(kinds)s)
    UNION ALL
    SELECT 'item', item_id, month, kind, level, provenance, n
      FROM insight_item_month
     WHERE month >= %(first)s AND month < %(end)s AND kind = ANY(%(kinds)s)
    UNION ALL
    SELECT 'hall', hall_id, month, kind, level, provenance, n
      FROM insight_hall_month
     WHERE month >= %(first)s AND month < %(end)s AND kind = ANY(%(kinds)s)
)
