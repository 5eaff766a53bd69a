-- The lines of some leaves of what `state_cases.sql` adds up.
SELECT leaf, translate(case_no, E'\t\n', '  ') || E'\t' || status AS line
  FROM (SELECT (('x' || encode(substr(sha256(convert_to(translate(work.case_no, E'\t\n', '  '), 'UTF8')), 1, 8), 'hex'))
               ::bit(64)::bigint >> 52 & 4095)::int AS leaf, work.case_no, work.status
          FROM cases_case AS work
         WHERE work.id >= %(first)s
           AND coalesce(work.applied_at, work.accepted_at, work.completed_at) >= %(start)s
           AND coalesce(work.applied_at, work.accepted_at, work.completed_at) < %(end)s
           AND work.platform_id = %(platform)s
           AND NOT (%(received)s AND NOT work.verified)
        OFFSET 0) AS work
 WHERE leaf = ANY(%(leaves)s)
