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
), span (first, "end", sign) AS (
    VALUES (%(before_first)s::date, %(before_end)s::date, %(before_sign)s),
           (%(after_first)s::date, %(after_end)s::date, %(after_sign)s)
), pending AS MATERIALIZED (
    SELECT division_id, agency_id, item_id, hall_id, kind, level, provenance, n FROM insight_fact_delta
    WHERE day >= %(whole_first)s AND day < %(whole_end)s
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
    SELECT 'division', division_id, kind, level, provenance, n * sign
    FROM span JOIN insight_division_day ON day >= first AND day < "end"
    WHERE division_id = ANY(%(division)s::bigint[])
    UNION ALL
    SELECT by, root, kind, level, provenance, n * sign
    FROM span JOIN insight_fact ON day >= first AND day < "end" JOIN member ON by = 'agency' AND member.id = agency_id
    WHERE agency_id = ANY(ARRAY(SELECT id FROM member WHERE by = 'agency'))
    UNION ALL
    SELECT 'item', item_id, kind, level, provenance, n * sign
    FROM span JOIN insight_fact ON day >= first AND day < "end"
    WHERE item_id = ANY(%(item)s::bigint[])
    UNION ALL
    SELECT 'hall', hall_id, kind, level, provenance, n * sign
    FROM span JOIN insight_fact ON day >= first AND day < "end"
    WHERE hall_id = ANY(%(hall)s::bigint[]) AND hall_id > 0
    UNION ALL
    SELECT by, root, kind, level, provenance, n FROM pending JOIN member ON by = 'division' AND member.id = division_id
    UNION ALL
    SELECT by, root, kind, level, provenance, n FROM pending JOIN member ON by = 'agency' AND member.id = agency_id
    UNION ALL
    SELECT 'item', item_id, kind, level, provenance, n FROM pending WHERE item_id = ANY(%(item)s::bigint[])
    UNION ALL
    SELECT 'hall', hall_id, kind, level, provenance, n FROM pending WHERE hall_id = ANY(%(hall)s::bigint[])
)
SELECT by, root, kind, level, provenance, sum(n)::bigint FROM counted GROUP BY by, root, kind, level, provenance
