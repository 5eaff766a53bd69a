-- The cases of a platform that were applied for on one day, added up by leaf (the first twelve bits of the SHA-256 of
-- their number) and state: applied for, else accepted, else completed; one without any of these times lies in no day.
-- With %(received)s, what no platform has sent is left out. The halves of the number are added up apart.
SELECT (key_number >> 52 & 4095)::int AS leaf, value, count(*),
       sum((key_number >> 32)::int), sum(((key_number & 4294967295) - 2147483648)::int)
  FROM (SELECT ('x' || encode(substr(sha256(convert_to(translate(work.case_no, E'\t\n', '  '), 'UTF8')), 1, 8), 'hex'))
               ::bit(64)::bigint AS key_number, work.status AS value
          FROM cases_case AS work
         -- Nothing is received before it happened, and ids are in the order of arrival.
         WHERE work.id >= %(first)s
           AND coalesce(work.applied_at, work.accepted_at, work.completed_at) >= %(start)s
           AND coalesce(work.applied_at, work.accepted_at, work.completed_at) < %(end)s
           AND work.platform_id = %(platform)s
           AND NOT (%(received)s AND NOT work.verified)
        -- A fence: the hash is worked out once for a row.
        OFFSET 0) AS work
 GROUP BY 1, 2
