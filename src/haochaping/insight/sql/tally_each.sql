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
), days AS ( -- added up before they are joined: they are many more than their sums
    SELECT CASE %(by)s WHEN 'division' THEN division_id WHEN 'agency' THEN agency_id ELSE item_id END AS id,
           kind, level, provenance, sum(n) AS n
    FROM (
        SELECT division_id, agency_id, item_id, kind, level, provenance, n * %(before_sign)s AS n FROM insight_fact
        WHERE day >= %(before_first)s AND day < %(before_end)s
        UNION ALL
        SELECT division_id, agency_id, item_id, kind, level, provenance, n * %(after_sign)s FROM insight_fact
        WHERE day >= %(after_first)s AND day < %(after_end)s
        UNION ALL
        SELECT division_id, agency_id, item_id, kind, level, provenance, n FROM insight_fact_delta
        WHERE day >= %(whole_first)s AND day < %(whole_end)s
    ) AS part
    GROUP BY 1, kind, level, provenance
), counted AS (
    SELECT division_id AS root, kind, level, provenance, n FROM insight_division_month
    WHERE %(by)s = 'division' AND division_id = ANY(%(ids)s) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT member.root, kind, level, provenance, n FROM insight_agency_month JOIN member ON member.id = agency_id
    WHERE %(by)s = 'agency' AND month >= %(months_first)s AND month < %(months_end)s
      AND agency_id = ANY(ARRAY(SELECT id FROM member)) -- so that only theirs are read, by the index
    UNION ALL
    SELECT item_id, kind, level, provenance, n FROM insight_item_month
    WHERE %(by)s = 'item' AND item_id = ANY(%(ids)s) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT member.root, kind, level, provenance, n FROM days JOIN member ON member.id = days.id
)
SELECT root, kind, level, provenance, sum(n)::bigint FROM counted GROUP BY root, kind, level, provenance
