SELECT hall.code, hall.name, division.code, hall.valid_from, hall.valid_to
FROM directory_hall AS hall
JOIN directory_division AS division ON division.id = hall.division_id
WHERE division.path >= %(low)s AND division.path < %(high)s AND hall.code > %(after)s
ORDER BY hall.code
LIMIT %(limit)s
