-- How many open work orders are overdue.
WITH running AS ({alarms})
SELECT count(*)
  FROM running
  JOIN directory_division AS division ON division.id = running.division_id
 WHERE running.alarm = 2 AND division.path >= %(low)s AND division.path < %(high)s
