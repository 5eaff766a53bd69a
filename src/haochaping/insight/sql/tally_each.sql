-- Sums as tally.sql does for each of several divisions or agencies (with all below them) or items. A path ends in a
-- full stop, after which the slash comes next: all that begins with it lies between the two.
WITH member (root, id) AS (
    SELECT root.id, part.id
    FROM directory_division AS root
    JOIN directory_division AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
    WHERE %(by)s = 'division' AND root.id = ANY(%(ids)s)
    UNION ALL
    SELECT root.id, part.id
    FROM directory_agency AS root
    JOIN directory_agency AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
    WHERE %(by)s = 'agency' AND root.id = ANY(%(ids)s)
    UNION ALL
    SELECT item.id, item.id FROM unnest(%(ids)s::bigint[]) AS item (id) WHERE %(by)s = 'item'
), days AS (
    SELECT kind, level, provenance, n * %(before_sign)s AS n, division_id, agency_id, item_id FROM insight_fact
    WHERE kind = ANY(%(kinds)s) AND day >= %(before_first)s AND day < %(before_end)s
    UNION ALL
    SELECT kind, level, provenance, n * %(after_sign)s, division_id, agency_id, item_id FROM insight_fact
    WHERE kind = ANY(%(kinds)s) AND day >= %(after_first)s AND day < %(after_end)s
    UNION ALL
    SELECT kind, level, provenance, n, division_id, agency_id, item_id FROM insight_fact_delta
    WHERE day >= %(whole_first)s AND day < %(whole_end)s
), counted AS (
    SELECT division_id AS root, kind, level, provenance, n FROM insight_division_month
    WHERE %(by)s = 'division' AND division_id = ANY(%(ids)s) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT member.root, kind, level, provenance, n FROM insight_item_month JOIN member ON member.id = agency_id
    WHERE %(by)s = 'agency' AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT item_id, kind, level, provenance, n FROM insight_item_month
    WHERE %(by)s = 'item' AND item_id = ANY(%(ids)s) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT member.root, kind, level, provenance, n
    FROM days JOIN member ON member.id = CASE %(by)s
        WHEN 'division' THEN division_id
        WHEN 'agency' THEN agency_id
        ELSE item_id END
)
SELECT root, kind, level, provenance, sum(n)::bigint FROM counted GROUP BY root, kind, level, provenance
