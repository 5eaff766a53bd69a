-- The live map: open work orders by agency and state, and how many of them are overdue. An agency stands under its own
-- division, also where it serves in another one; whose orders are shown is asked of where the service was.
WITH running AS ({alarms})
SELECT agency.id, agency.name, home.name, running.state, count(*),
       count(*) FILTER (WHERE running.alarm = 2)
  FROM running
  JOIN directory_division AS division ON division.id = running.division_id
  JOIN directory_agency AS agency ON agency.id = running.agency_id
  JOIN directory_division AS home ON home.id = agency.division_id
 WHERE division.path >= %(low)s AND division.path < %(high)s
 GROUP BY agency.id, agency.name, home.name, home.path, running.state
 ORDER BY home.path, agency.name, agency.id
