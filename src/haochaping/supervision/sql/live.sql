-- The rows behind a number of the live map, the least time left first.
WITH running AS ({alarms})
SELECT running.id
  FROM running
  JOIN directory_division AS division ON division.id = running.division_id
 WHERE division.path >= %(low)s AND division.path < %(high)s
   AND (%(agency)s::bigint IS NULL OR running.agency_id = %(agency)s)
   AND (%(state)s = '' OR running.state = %(state)s)
   AND (NOT %(overdue)s OR running.alarm = 2)
 ORDER BY running.due_at NULLS LAST, running.id
 LIMIT %(limit)s OFFSET %(offset)s
