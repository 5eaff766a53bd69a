-- The live map: open work orders by agency and state, and how many of them are overdue.
WITH running AS ({alarms})
SELECT agency.id, agency.name, division.name, running.state, count(*),
       count(*) FILTER (WHERE running.alarm = 2)
  FROM running
  JOIN directory_division AS division ON division.id = running.division_id
  JOIN directory_agency AS agency ON agency.id = running.agency_id
 WHERE division.path >= %(low)s AND division.path < %(high)s
 GROUP BY agency.id, agency.name, division.name, division.path, running.state
 ORDER BY division.path, agency.name, agency.id
