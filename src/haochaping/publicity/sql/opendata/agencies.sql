SELECT part.code, part.name, part.uscc, division.code, coalesce(above.code, ''), part.valid_from, part.valid_to
FROM directory_agency AS part
JOIN directory_division AS division ON division.id = part.division_id
LEFT JOIN directory_agency AS above ON above.id = part.parent_id
WHERE division.path >= %(low)s AND division.path < %(high)s AND part.code > %(after)s
ORDER BY part.code
LIMIT %(limit)s
