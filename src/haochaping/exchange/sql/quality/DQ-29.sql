-- Gaps where a source numbers its cases one after another, and reviews whose case has not come. A number ends in five
-- digits; what stands before them is the row they belong to.
WITH run AS (
    SELECT platform_id, day, head, right(min(case_no), 5) AS low, right(max(case_no), 5) AS high, count(*) AS n
      FROM (SELECT platform_id, day, case_no, left(case_no, -5) AS head FROM sent_case) AS work
     GROUP BY platform_id, day, head
    HAVING count(*) >= 20 AND length(head) > 3
),
-- Fewer numbers than half of the row are no row. Numbers are unique, so a row without a gap needs no second look.
open AS (
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
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.case_no', 'orphan'
  FROM put_aside
 WHERE code = 'orphan'
