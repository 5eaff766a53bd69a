-- The parts of a statement about the cases of a platform that were applied for on one day: applied for, else accepted,
-- else completed; one without any of these times lies in no day. With %(received)s, what no platform has sent is left out.
WITH named AS (
    SELECT translate(work.case_no, E'\t\n', '  ') AS key, work.status AS value
      FROM cases_case AS work
     -- Nothing is received before it happened, and ids are in the order of arrival.
     WHERE work.id >= %(first)s
       AND coalesce(work.applied_at, work.accepted_at, work.completed_at) >= %(start)s
       AND coalesce(work.applied_at, work.accepted_at, work.completed_at) < %(end)s
       AND work.platform_id = %(platform)s
       AND NOT (%(received)s AND NOT work.verified)
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
SELECT %(statement)s, prefix, count(*), 0,
       -- Signed in PostgreSQL, unsigned in the sum: equal modulo 2^64.
       mod(mod(sum(('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint),
               18446744073709551616) + 18446744073709551616, 18446744073709551616),
       string_agg(line, E'\n')
  FROM placed
 GROUP BY prefix
