-- The reviews of a platform that were given on one day, added up by leaf (the first twelve bits of what is kept of their
-- key) and value. A review that its reviewer has withdrawn has level 0. With %(received)s, what people gave here
-- themselves is left out: their platform cannot know it. Signed here, unsigned in a statement: equal modulo 2^64.
SELECT (review.key_number >> 52 & 4095)::int AS leaf,
       (CASE review.status WHEN 'withdrawn' THEN 0 ELSE review.level END)::text AS value,
       count(*), sum(review.key_number)
  FROM reviews_review AS review
 WHERE review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
   AND review.platform_id = %(platform)s
   AND NOT (%(received)s AND review.sent_by LIKE 'reviewer:%%')
 GROUP BY 1, 2
