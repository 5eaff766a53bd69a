SELECT part.code, part.name, part.level, coalesce(above.code, ''), part.valid_from, part.valid_to
FROM directory_division AS part
LEFT JOIN directory_division AS above ON above.id = part.parent_id
WHERE part.path >= %(low)s AND part.path < %(high)s AND part.code > %(after)s
ORDER BY part.code
LIMIT %(limit)s
