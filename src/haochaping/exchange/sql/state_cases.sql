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
),
placed AS (
    SELECT left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), %(depth)s) AS prefix, key || E'\t' || value AS line
      FROM named
)
INSERT INTO exchange_statement_part (statement_id, prefix, count, total, digest, lines)
SELECT %(statement)s, prefix, count(*), 0,
       mod(mod(sum(('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint),
               18446744073709551616) + 18446744073709551616, 18446744073709551616),
       string_agg(line, E'\n')
  FROM placed
 GROUP BY prefix
