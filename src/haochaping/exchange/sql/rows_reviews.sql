-- The lines of some leaves of what `state_reviews.sql` adds up.
SELECT (review.key_number >> 52 & 4095)::int AS leaf,
       translate(named.case_no, E'\t\n', '  ') || E'\t' || named.no || E'\t' || review.assess_no || E'\t'
       || CASE review.status WHEN 'withdrawn' THEN 0 ELSE review.level END AS line
  FROM reviews_review AS review
 -- A fence: a few rows of a day are looked up one by one, whatever the planner thinks how many there are.
 CROSS JOIN LATERAL (
       SELECT work.case_no, service.no
         FROM cases_service_occurrence AS service
         JOIN cases_case AS work ON work.id = service.case_id
        WHERE service.id = review.occurrence_id
       OFFSET 0) AS named
 WHERE review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
   AND review.platform_id = %(platform)s
   AND NOT (%(received)s AND review.sent_by LIKE 'reviewer:%%')
   AND (review.key_number >> 52 & 4095)::int = ANY(%(leaves)s)
