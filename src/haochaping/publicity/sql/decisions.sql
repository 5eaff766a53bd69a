-- Decisions of a quarter about words of a division with all below it, or of an agency with those below it, by agency, decision
-- and ground.
SELECT counted.agency_id, counted.decision, counted.ground, sum(counted.n)::bigint
FROM publicity_decision_count AS counted
JOIN directory_division AS division ON division.id = counted.division_id
WHERE counted.quarter = %(quarter)s
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(agencies)s::bigint[] IS NULL OR counted.agency_id = ANY(%(agencies)s::bigint[]))
GROUP BY 1, 2, 3
