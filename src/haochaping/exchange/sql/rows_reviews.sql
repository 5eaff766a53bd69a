-- The lines of some leaves of what `state_reviews.sql` adds up.
SELECT (review.key_number >> 52 & 4095)::int AS leaf,
       translate(work.case_no, E'\t\n', '  ') || E'\t' || service.no || E'\t' || review.assess_no || E'\t'
       || CASE review.status WHEN 'withdrawn' THEN 0 ELSE review.level END AS line
  FROM reviews_review AS review
  JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
  JOIN cases_case AS work ON work.id = service.case_id
 WHERE review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
   AND review.platform_id = %(platform)s
   AND NOT (%(received)s AND review.sent_by LIKE 'reviewer:%%')
   AND (review.key_number >> 52 & 4095)::int = ANY(%(leaves)s)
