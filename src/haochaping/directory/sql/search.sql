-- Rows of four kinds whose name holds a text, or whose code begins with it, below a division: so many of each that match are
-- ranked, however many there are, and the best of them told.
WITH divisions AS (
    SELECT place.code, place.name, coalesce(above.name, '') AS lies
    FROM directory_division AS place
    LEFT JOIN directory_division AS above ON above.id = place.parent_id
    WHERE place.path >= %(low)s AND place.path < %(high)s
      AND (directory_pairs(place.name) @> directory_pairs(%(text)s) AND strpos(lower(place.name), lower(%(text)s)) > 0
           OR place.code LIKE %(code)s)
    LIMIT %(tried)s
), agencies AS (
    SELECT agency.code, agency.name, place.name AS lies
    FROM directory_agency AS agency
    JOIN directory_division AS place ON place.id = agency.division_id
    WHERE place.path >= %(low)s AND place.path < %(high)s
      AND (directory_pairs(agency.name) @> directory_pairs(%(text)s) AND strpos(lower(agency.name), lower(%(text)s)) > 0
           OR agency.code LIKE %(code)s)
    LIMIT %(tried)s
), halls AS (
    SELECT hall.code, hall.name, place.name AS lies
    FROM directory_hall AS hall
    JOIN directory_division AS place ON place.id = hall.division_id
    WHERE place.path >= %(low)s AND place.path < %(high)s
      AND (directory_pairs(hall.name) @> directory_pairs(%(text)s) AND strpos(lower(hall.name), lower(%(text)s)) > 0
           OR hall.code LIKE %(code)s)
    LIMIT %(tried)s
), items AS (
    SELECT item.code, item.name, agency.name AS lies
    FROM directory_service_item AS item
    JOIN directory_agency AS agency ON agency.id = item.agency_id
    JOIN directory_division AS place ON place.id = agency.division_id
    WHERE place.path >= %(low)s AND place.path < %(high)s
      AND (directory_pairs(item.name) @> directory_pairs(%(text)s) AND strpos(lower(item.name), lower(%(text)s)) > 0
           OR item.code LIKE %(code)s)
    LIMIT %(tried)s
), found AS (
    SELECT 'items' AS kind, * FROM items
    UNION ALL
    SELECT 'agencies', * FROM agencies
    UNION ALL
    SELECT 'halls', * FROM halls
    UNION ALL
    SELECT 'divisions', * FROM divisions
), ranked AS (
    SELECT *, row_number() OVER (
               PARTITION BY kind
               ORDER BY lower(name) <> lower(%(text)s), strpos(lower(name), lower(%(text)s)) <> 1, char_length(name), code
           ) AS nth
    FROM found
)
SELECT kind, code, name, lies FROM ranked WHERE nth <= %(limit)s ORDER BY kind, nth
