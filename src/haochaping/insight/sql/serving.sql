-- The agency that serves most in each of some halls, by the services and reviews of some days; the smaller number of equals.
SELECT DISTINCT ON (hall_id) hall_id, agency_id
  FROM insight_fact
 WHERE hall_id = ANY(%(halls)s::bigint[]) AND hall_id > 0 AND day >= %(first)s AND day < %(end)s
   AND kind IN ('occurrence', 'review')
 GROUP BY hall_id, agency_id
 ORDER BY hall_id, sum(n) DESC, agency_id
