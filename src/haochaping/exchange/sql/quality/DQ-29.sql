-- The numbers that are missing where a source numbers its cases one after another: how many cases may be missing at least.
-- Of a number that is not here its last nine characters are named. What stands in the last five places before the digits
-- belongs to the row. Fewer numbers than half of the row are no row; numbers are unique, so a row without a gap needs no
-- second look. What is missing between the last number of an earlier day and the first of this one belongs to this one.
WITH split AS (
    SELECT platform_id, day, n, head || rtrim(low, '0123456789') AS head, length(low) - length(rtrim(low, '0123456789')) AS places,
           low, high
      FROM run
     WHERE length(low) = length(high) AND rtrim(low, '0123456789') = rtrim(high, '0123456789')
),
series AS MATERIALIZED (
    SELECT platform_id, day, n, head, places, right(low, places)::int AS low, right(high, places)::int AS high
      FROM split
     WHERE places > 0
),
open AS MATERIALIZED (
    SELECT platform_id, day, head, places, low, high FROM series WHERE high - low + 1 BETWEEN n + 1 AND n * 2
     UNION ALL
    SELECT series.platform_id, series.day, series.head, series.places, before.number + 1, series.low - 1
      FROM series
     CROSS JOIN LATERAL (
         SELECT CASE WHEN length(case_no) = length(series.head) + series.places AND right(case_no, series.places) ~ '^[0-9]+$'
                     THEN right(case_no, series.places)::int
                END AS number
           FROM (
               -- What stands right before the row: the index of cases read backwards.
               SELECT work.case_no
                 FROM cases_case AS work
                WHERE work.platform_id = series.platform_id
                  AND work.case_no < (series.head || lpad(series.low::text, series.places, '0')) COLLATE "default"
                  AND work.case_no >= (series.head || repeat('0', series.places)) COLLATE "default"
                ORDER BY work.case_no DESC
                LIMIT 1
           ) AS last
     ) AS before
     WHERE series.low - before.number - 1 BETWEEN 1 AND series.n
),
unseen AS (
    -- In the order of the index of cases, or it would serve to find their platform only.
    SELECT open.platform_id, open.day, (open.head || lpad(number::text, open.places, '0')) COLLATE "default" AS case_no
      FROM open
     CROSS JOIN generate_series(open.low, open.high) AS number
)
SELECT 'missing' AS kind, right(unseen.case_no, 9) AS id, unseen.platform_id, unseen.day, 'case.case_no' AS field, 'gap' AS value_class
  FROM unseen
  JOIN directory_platform AS platform ON platform.id = unseen.platform_id
 WHERE NOT EXISTS (
       SELECT FROM exchange_quarantined_record AS record
        WHERE record.source = platform.code AND record.case_no = unseen.case_no AND record.state IN ('waiting', 'discarded')
       )
   -- Looked up one by one: they are few, and the cases are not.
   AND (
       SELECT work.id FROM cases_case AS work WHERE work.platform_id = unseen.platform_id AND work.case_no = unseen.case_no
   ) IS NULL
