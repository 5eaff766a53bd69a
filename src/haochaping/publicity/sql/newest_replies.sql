-- The reviews in a division with all below it whose replies were let out last, among the newest decisions of the whole
-- installation: ids are in the order of time, so that few rows are looked at however many there are. Words that stand under a
-- division are not shown beside their review.
WITH latest AS (
    SELECT id, review_id, part, state, decision, raised_to_id
      FROM publicity_release ORDER BY id DESC LIMIT %(among)s
)
SELECT latest.review_id
  FROM latest
  JOIN reviews_review AS review ON review.id = latest.review_id
  JOIN directory_division AS division ON division.id = review.division_id
 WHERE latest.part = 'reply' AND latest.state = 'confirmed' AND latest.decision IN ('released', 'restored')
   AND latest.raised_to_id IS NULL
   AND division.path >= %(low)s AND division.path < %(high)s
 GROUP BY latest.review_id
 ORDER BY max(latest.id::text) DESC
 LIMIT %(limit)s
