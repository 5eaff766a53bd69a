-- Bad reviews with the same words, in too large a share of those that have any.
WITH said AS (
    SELECT id, platform_id, day, count(*) OVER same AS alike, count(*) OVER (PARTITION BY platform_id, day) AS n
      FROM sent_review
     WHERE level <= 2 AND comment_text <> ''
    WINDOW same AS (PARTITION BY platform_id, day, comment_text)
)
SELECT 'review' AS kind, said.id::text, said.platform_id, said.day, 'review.comment_text' AS field, 'all_alike' AS value_class
  FROM said
  JOIN agreed USING (platform_id)
 WHERE said.n >= %(worded_bad)s AND said.alike > said.n * agreed.same_share
