-- Effective reviews of one place by channel, folded or not: of a few days, as months do not tell channels apart.
WITH days AS (
    SELECT channel, kind, level, provenance, n, division_id, agency_id, item_id FROM insight_fact
    WHERE day >= %(first)s AND day < %(end)s AND kind = %(kind)s
    UNION ALL
    SELECT channel, kind, level, provenance, n, division_id, agency_id, item_id FROM insight_fact_delta
    WHERE day >= %(first)s AND day < %(end)s AND kind = %(kind)s
)
SELECT channel, kind, level, provenance, sum(n)::bigint FROM days
WHERE (%(any_division)s OR division_id IN (
        SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
  AND (%(any_agency)s OR agency_id IN (
        SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
  AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
GROUP BY channel, kind, level, provenance
HAVING sum(n) <> 0
