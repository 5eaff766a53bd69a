SELECT part.code, part.name, part.item_type, agency.code, coalesce(above.code, ''), part.valid_from, part.valid_to
FROM directory_service_item AS part
JOIN directory_agency AS agency ON agency.id = part.agency_id
JOIN directory_division AS division ON division.id = agency.division_id
LEFT JOIN directory_service_item AS above ON above.id = part.parent_id
WHERE division.path >= %(low)s AND division.path < %(high)s AND part.code > %(after)s
ORDER BY part.code
LIMIT %(limit)s
