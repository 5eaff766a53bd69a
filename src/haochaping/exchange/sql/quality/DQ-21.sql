-- The same level, codes and words, word for word, in too large a share of the reviews that say more than a level.
WITH said AS (
    SELECT id, platform_id, day, count(*) OVER same AS alike, count(*) OVER (PARTITION BY platform_id, day) AS n
      FROM sent_review
     WHERE codes <> '{}' OR comment_text <> ''
    WINDOW same AS (PARTITION BY platform_id, day, level, codes, comment_text)
)
SELECT 'review' AS kind, said.id::text, said.platform_id, said.day, 'review.indicator_codes' AS field, 'all_alike' AS value_class
  FROM said
  JOIN agreed USING (platform_id)
 WHERE said.n >= 30 AND said.alike > said.n * agreed.same_share
