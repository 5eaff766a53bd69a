-- Gaps where a source numbers its cases one after another, and reviews whose case has not come.
WITH numbered AS (
    SELECT platform_id, day, left(case_no, -5) AS head, right(case_no, 5) AS tail
      FROM sent_case
     WHERE length(case_no) > 8 AND right(case_no, 5) ~ '^[0-9]{5}$'
),
run AS (
    SELECT platform_id, day, head, min(tail)::int AS low, max(tail)::int AS high, count(DISTINCT tail) AS n
      FROM numbered
     GROUP BY platform_id, day, head
    -- Fewer numbers than half of the row are no row.
    HAVING count(DISTINCT tail) >= 20 AND max(tail)::int - min(tail)::int + 1 BETWEEN count(DISTINCT tail) + 1 AND count(DISTINCT tail) * 2
)
SELECT 'source' AS kind, '' AS id, run.platform_id, run.day, 'case.case_no' AS field, 'gap' AS value_class
  FROM run
 WHERE EXISTS (
     SELECT
       FROM generate_series(run.low, run.high) AS number
      WHERE NOT EXISTS (
          SELECT FROM cases_case AS work
           WHERE work.platform_id = run.platform_id AND work.case_no = run.head || lpad(number::text, 5, '0')
      )
        AND NOT EXISTS (
          SELECT FROM put_aside AS record
           WHERE record.platform_id = run.platform_id AND record.case_no = run.head || lpad(number::text, 5, '0')
      )
 )
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.case_no', 'orphan'
  FROM put_aside
 WHERE code = 'orphan'
