-- The numbers that are missing where a source numbers its cases one after another: how many cases may be missing at least.
-- Of a number that is not here its last nine characters are named. What stands in the last five places before the digits
-- belongs to the row. Fewer numbers than half of the row are no row; numbers are unique, so a row without a gap needs no
-- second look.
WITH split AS (
    SELECT platform_id, day, n, head || rtrim(low, '0123456789') AS head, length(low) - length(rtrim(low, '0123456789')) AS places,
           low, high
      FROM run
     WHERE length(low) = length(high) AND rtrim(low, '0123456789') = rtrim(high, '0123456789')
),
open AS MATERIALIZED (
    SELECT platform_id, day, head, places, right(low, places)::int AS low, right(high, places)::int AS high
      FROM split
     WHERE places > 0 AND right(high, places)::int - right(low, places)::int + 1 BETWEEN n + 1 AND n * 2
),
unseen AS (
    -- In the order of the index of cases, or it would serve to find their platform only.
    SELECT open.platform_id, open.day, (open.head || lpad(number::text, open.places, '0')) COLLATE "default" AS case_no
      FROM open
     CROSS JOIN generate_series(open.low, open.high) AS number
)
SELECT 'missing' AS kind, right(unseen.case_no, 9) AS id, unseen.platform_id, unseen.day, 'case.case_no' AS field, 'gap' AS value_class
  FROM unseen
  LEFT JOIN put_aside AS record ON record.platform_id = unseen.platform_id AND record.case_no = unseen.case_no
 WHERE record.id IS NULL
   -- Looked up one by one: they are few, and the cases are not.
   AND (
       SELECT work.id FROM cases_case AS work WHERE work.platform_id = unseen.platform_id AND work.case_no = unseen.case_no
   ) IS NULL
