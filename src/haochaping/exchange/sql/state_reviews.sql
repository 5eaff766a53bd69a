-- The reviews of a platform that were given on one day, added up by leaf (the first twelve bits of what is kept of their
-- key) and value. A review that its reviewer has withdrawn has level 0. With %(received)s, what people gave here
-- themselves is left out: their platform cannot know it. The halves of the number are added up apart, each about zero,
-- as sums of small numbers cost a third of what sums of large ones do.
SELECT (review.key_number >> 52 & 4095)::int AS leaf,
       CASE review.status WHEN 'withdrawn' THEN 0 ELSE review.level END AS value,
       count(*), sum((review.key_number >> 32)::int), sum(((review.key_number & 4294967295) - 2147483648)::int)
  FROM reviews_review AS review
 WHERE review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
   AND review.platform_id = %(platform)s
   AND NOT (%(received)s AND review.sent_by LIKE 'reviewer:%%')
 GROUP BY 1, 2
