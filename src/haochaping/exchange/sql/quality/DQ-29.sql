-- Gaps where a source numbers its cases one after another.
-- Fewer numbers than half of the row are no row. Numbers are unique, so a row without a gap needs no second look.
WITH open AS (
    SELECT platform_id, day, head, low::int AS low, high::int AS high
      FROM run
     WHERE low ~ '^[0-9]{5}$' AND high ~ '^[0-9]{5}$' AND high::int - low::int + 1 BETWEEN n + 1 AND n * 2
)
SELECT 'source' AS kind, '' AS id, open.platform_id, open.day, 'case.case_no' AS field, 'gap' AS value_class
  FROM open
 WHERE EXISTS (
     SELECT
       FROM generate_series(open.low, open.high) AS number
      WHERE NOT EXISTS (
          SELECT FROM cases_case AS work
           WHERE work.platform_id = open.platform_id AND work.case_no = open.head || lpad(number::text, 5, '0')
      )
        AND NOT EXISTS (
          SELECT FROM put_aside AS record
           WHERE record.platform_id = open.platform_id AND record.case_no = open.head || lpad(number::text, 5, '0')
      )
 )
