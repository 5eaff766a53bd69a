-- Mondays of the weeks from `start` to `end` of which any text or reply was released, and for which the gate has not decided.
SELECT week FROM (
    SELECT DISTINCT date_trunc('week', review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date AS week
    FROM publicity_release AS release
    JOIN reviews_review AS review ON review.id = release.review_id
    WHERE release.state = 'confirmed' AND release.decision IN ('released', 'restored')
      AND review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
) AS found
WHERE NOT EXISTS (SELECT FROM publicity_published_table WHERE name = ANY(%(names)s) AND first_day = week)
ORDER BY week
