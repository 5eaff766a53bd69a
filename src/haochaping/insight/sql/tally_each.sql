-- Sums as tally.sql does for each of several divisions and agencies (with all below them), items and halls, of the parts that
-- are needed. A path ends in a full stop, after which the slash comes next: all that begins with it lies between the two.
-- part span
WITH span (first, "end", sign) AS (
    VALUES (%(before_first)s::date, %(before_end)s::date, %(before_sign)s),
           (%(after_first)s::date, %(after_end)s::date, %(after_sign)s)
), member (root, id) AS (
    SELECT root.id, part.id
      FROM directory_agency AS root
      JOIN directory_agency AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
     WHERE root.id = ANY(%(agency)s::bigint[])
)
-- part division months
SELECT 'division' AS by, division_id AS root, kind, level, provenance, n FROM insight_division_month
 WHERE division_id = ANY(%(division)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
   AND kind = ANY(%(kinds)s)
-- part agency months
SELECT 'agency' AS by, root, kind, level, provenance, n FROM insight_agency_month JOIN member ON member.id = agency_id
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s)
   AND agency_id = ANY(ARRAY(SELECT id FROM member)) -- so that only theirs are read, by the index
-- part item months
SELECT 'item' AS by, item_id AS root, kind, level, provenance, n FROM insight_item_month
 WHERE item_id = ANY(%(item)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
   AND kind = ANY(%(kinds)s)
-- part hall months
SELECT 'hall' AS by, hall_id AS root, kind, level, provenance, n FROM insight_hall_month
 WHERE hall_id = ANY(%(hall)s::bigint[]) AND month >= %(months_first)s AND month < %(months_end)s
   AND kind = ANY(%(kinds)s)
-- part division days
SELECT 'division' AS by, division_id AS root, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_division_day ON day >= first AND day < "end"
 WHERE division_id = ANY(%(division)s::bigint[]) AND kind = ANY(%(kinds)s)
-- part agency days
SELECT 'agency' AS by, root, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_agency_day ON day >= first AND day < "end" JOIN member ON member.id = agency_id
 WHERE agency_id = ANY(ARRAY(SELECT id FROM member)) AND kind = ANY(%(kinds)s)
-- part item days
SELECT 'item' AS by, item_id AS root, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_fact ON day >= first AND day < "end"
 WHERE item_id = ANY(%(item)s::bigint[]) AND kind = ANY(%(kinds)s)
-- part hall days
SELECT 'hall' AS by, hall_id AS root, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_fact ON day >= first AND day < "end"
 WHERE hall_id = ANY(%(hall)s::bigint[]) AND hall_id > 0 AND kind = ANY(%(kinds)s)
-- part division pending
SELECT 'division' AS by, root.id AS root, kind, pending.level, provenance, n
  FROM insight_fact_delta AS pending
  JOIN directory_division AS own ON own.id = pending.division_id
 CROSS JOIN unnest(string_to_array(rtrim(own.path, '.'), '.')) AS above (code) -- a path names all above it
  JOIN directory_division AS root ON root.code = above.code
 WHERE day >= %(whole_first)s AND day < %(whole_end)s AND kind = ANY(%(kinds)s)
   AND root.id = ANY(%(division)s::bigint[])
-- part agency pending
SELECT 'agency' AS by, root, kind, level, provenance, n
  FROM insight_fact_delta JOIN member ON member.id = agency_id
 WHERE day >= %(whole_first)s AND day < %(whole_end)s AND kind = ANY(%(kinds)s)
-- part item pending
SELECT 'item' AS by, item_id AS root, kind, level, provenance, n FROM insight_fact_delta
 WHERE item_id = ANY(%(item)s::bigint[]) AND day >= %(whole_first)s AND day < %(whole_end)s AND kind = ANY(%(kinds)s)
-- part hall pending
SELECT 'hall' AS by, hall_id AS root, kind, level, provenance, n FROM insight_fact_delta
 WHERE hall_id = ANY(%(hall)s::bigint[]) AND day >= %(whole_first)s AND day < %(whole_end)s AND kind = ANY(%(kinds)s)
-- part sums
SELECT by, root, kind, level, provenance, sum(n)::bigint FROM counted GROUP BY by, root, kind, level, provenance
