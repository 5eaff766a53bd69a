-- The parts of a statement about the reviews of a platform that were given on one day. A review that its reviewer has
-- withdrawn has level 0. With %(received)s, what people gave here themselves is left out: their platform cannot know it.
WITH named AS (
    SELECT translate(work.case_no, E'\t\n', '  ') || E'\t' || service.no || E'\t' || review.assess_no AS key,
           CASE review.status WHEN 'withdrawn' THEN 0 ELSE review.level END AS value
      FROM reviews_review AS review
      JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
      JOIN cases_case AS work ON work.id = service.case_id
     WHERE review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
       AND review.platform_id = %(platform)s
       AND NOT (%(received)s AND review.sent_by LIKE 'reviewer:%%')
    OFFSET 0
),
placed AS (
    SELECT left(encode(substr(sha256(convert_to(key, 'UTF8')), 1, 2), 'hex'), %(depth)s) AS prefix,
           value, key || E'\t' || value AS line
      FROM named
    -- A fence: what is above is worked out once for a row, and groups are taken to be few, so that nothing is sorted.
    OFFSET 0
)
INSERT INTO exchange_statement_part (statement_id, prefix, count, total, digest, lines)
SELECT %(statement)s, prefix, count(*), sum(value),
       -- Signed in PostgreSQL, unsigned in the sum: equal modulo 2^64.
       mod(mod(sum(('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint),
               18446744073709551616) + 18446744073709551616, 18446744073709551616),
       string_agg(line, E'\n')
  FROM placed
 GROUP BY prefix
