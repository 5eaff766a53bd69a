-- The live map: open work orders by agency and state, and how many of them are overdue. An agency stands under its own
-- division, also where it serves in another one; whose orders are shown is asked of where the service was. The divisions
-- are looked up first, and orders read by their index: joined, they would be read by several processes, which takes longer.
WITH running AS ({alarms}),
counted AS (
    SELECT running.agency_id, running.state, count(*) AS orders, count(*) FILTER (WHERE running.alarm = 2) AS overdue
      FROM running
     WHERE running.division_id = ANY (ARRAY(
               SELECT id FROM directory_division WHERE path >= %(low)s AND path < %(high)s))
     GROUP BY running.agency_id, running.state
)
SELECT agency.id, agency.name, home.name, counted.state, counted.orders, counted.overdue
  FROM counted
  JOIN directory_agency AS agency ON agency.id = counted.agency_id
  JOIN directory_division AS home ON home.id = agency.division_id
 ORDER BY home.path, agency.name, agency.id
