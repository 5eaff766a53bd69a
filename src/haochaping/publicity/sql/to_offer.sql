-- What is not offered yet, by division, week and part: how many, and when the week began.
SELECT waiting.division_id, waiting.part, date_trunc('week', review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date AS week,
       count(*)
FROM publicity_undecided AS waiting
JOIN reviews_review AS review ON review.id = waiting.review_id
WHERE waiting.offered_at IS NULL AND review.changeable_until <= %(now)s AND review.status NOT IN ('withdrawn', 'excluded')
GROUP BY 1, 2, 3
ORDER BY 1, 3, 2
