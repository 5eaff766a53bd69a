-- Sums facts and pending changes by (kind, level, provenance) for each of several divisions or agencies (with all
-- below them) or items.
WITH member (root, id) AS (
    SELECT root.id, part.id
    FROM directory_division AS root
    JOIN directory_division AS part ON starts_with(part.path, root.path)
    WHERE %(by)s = 'division' AND root.id = ANY(%(ids)s)
    UNION ALL
    SELECT root.id, part.id
    FROM directory_agency AS root
    JOIN directory_agency AS part ON starts_with(part.path, root.path)
    WHERE %(by)s = 'agency' AND root.id = ANY(%(ids)s)
    UNION ALL
    SELECT item.id, item.id FROM unnest(%(ids)s::bigint[]) AS item (id) WHERE %(by)s = 'item'
)
SELECT member.root, counted.kind, counted.level, counted.provenance, sum(counted.n)::bigint
FROM (
    SELECT kind, day, division_id, agency_id, item_id, level, provenance, n FROM insight_fact
    UNION ALL
    SELECT kind, day, division_id, agency_id, item_id, level, provenance, n FROM insight_fact_delta
) AS counted
JOIN member ON member.id = CASE %(by)s
    WHEN 'division' THEN counted.division_id
    WHEN 'agency' THEN counted.agency_id
    ELSE counted.item_id END
WHERE (%(start)s::date IS NULL OR counted.day >= %(start)s)
  AND (%(end)s::date IS NULL OR counted.day <= %(end)s)
GROUP BY member.root, counted.kind, counted.level, counted.provenance
