-- Sums facts and pending changes by (kind, level, provenance) for one place and period.
SELECT counted.kind, counted.level, counted.provenance, sum(counted.n)::bigint
FROM (
    SELECT kind, day, division_id, agency_id, item_id, level, provenance, n FROM insight_fact
    UNION ALL
    SELECT kind, day, division_id, agency_id, item_id, level, provenance, n FROM insight_fact_delta
) AS counted
WHERE (%(any_division)s OR counted.division_id IN (
        SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
  AND (%(any_agency)s OR counted.agency_id IN (
        SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
  AND (%(item_id)s::bigint IS NULL OR counted.item_id = %(item_id)s)
  AND (%(start)s::date IS NULL OR counted.day >= %(start)s)
  AND (%(end)s::date IS NULL OR counted.day <= %(end)s)
GROUP BY counted.kind, counted.level, counted.provenance
