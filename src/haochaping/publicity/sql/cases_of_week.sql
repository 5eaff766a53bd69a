-- How many signed cases of a division with all below it were completed in a week.
SELECT coalesce(sum(fact.n), 0)::bigint
FROM insight_fact AS fact
JOIN directory_division AS division ON division.id = fact.division_id
WHERE fact.kind = 'case' AND fact.provenance = 'reported' AND fact.day >= %(week)s::date AND fact.day < %(week)s::date + 7
  AND division.path >= %(low)s AND division.path < %(high)s
