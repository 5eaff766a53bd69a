-- Sums as tally.sql does for each of several divisions and agencies (with all below them), items and halls. A path ends
-- in a full stop, after which the slash comes next: all that begins with it lies between the two.
WITH member (by, root, id) AS (
    SELECT 'division', root.id, part.id
    FROM directory_division AS root
    JOIN directory_division AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
    WHERE root.id = ANY(%(division)s::bigint[])
    UNION ALL
    SELECT 'agency', root.id, part.id
    FROM directory_agency AS root
    JOIN directory_agency AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
    WHERE root.id = ANY(%(agency)s::bigint[])
), days AS MATERIALIZED ( -- read once, and added up before they are joined: they are many more than their sums
    SELECT CASE WHEN cardinality(%(division)s::bigint[]) > 0 THEN division_id END AS division_id,
           CASE WHEN cardinality(%(agency)s::bigint[]) > 0 THEN agency_id END AS agency_id,
           CASE WHEN cardinality(%(item)s::bigint[]) > 0 THEN item_id END AS item_id,
           CASE WHEN cardinality(%(hall)s::bigint[]) > 0 THEN hall_id END AS hall_id,
           kind, level, provenance, sum(n) AS n
    FROM (
        SELECT division_id, agency_id, item_id, hall_id, kind, level, provenance, n * %(before_sign)s AS n
        FROM insight_fact
        WHERE day >= %(before_first)s AND day < %(before_end)s
        UNION ALL
        SELECT division_id, agency_id, item_id, hall_id, kind, level, provenance, n * %(after_sign)s FROM insight_fact
        WHERE day >= %(after_first)s AND day < %(after_end)s
        UNION ALL
        SELECT division_id, agency_id, item_id, hall_id, kind, level, provenance, n FROM insight_fact_delta
        WHERE day >= %(whole_first)s AND day < %(whole_end)s
    ) AS part
    GROUP BY 1, 2, 3, 4, kind, level, provenance
), counted AS (
    SELECT 'division' AS by, division_id AS root, kind, level, provenance, n FROM insight_division_month
    WHERE division_id = ANY(%(division)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT by, root, kind, level, provenance, n FROM insight_agency_month JOIN member ON by = 'agency' AND member.id = agency_id
    WHERE month >= %(months_first)s AND month < %(months_end)s
      AND agency_id = ANY(ARRAY(SELECT id FROM member WHERE by = 'agency')) -- so that only theirs are read, by the index
    UNION ALL
    SELECT 'item', item_id, kind, level, provenance, n FROM insight_item_month
    WHERE item_id = ANY(%(item)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT 'hall', hall_id, kind, level, provenance, n FROM insight_hall_month
    WHERE hall_id = ANY(%(hall)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
    UNION ALL
    SELECT by, root, kind, level, provenance, n FROM days JOIN member ON by = 'division' AND member.id = division_id
    UNION ALL
    SELECT by, root, kind, level, provenance, n FROM days JOIN member ON by = 'agency' AND member.id = agency_id
    UNION ALL
    SELECT 'item', item_id, kind, level, provenance, n FROM days WHERE item_id = ANY(%(item)s::bigint[])
    UNION ALL
    SELECT 'hall', hall_id, kind, level, provenance, n FROM days WHERE hall_id = ANY(%(hall)s::bigint[])
)
SELECT by, root, kind, level, provenance, sum(n)::bigint FROM counted GROUP BY by, root, kind, level, provenance
