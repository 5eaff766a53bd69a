-- The same level, codes and words, word for word, in too large a share of the reviews that say more than a level. Where
-- level and codes alone are not that often the same, nobody needs to look at the words.
WITH said AS (
    SELECT platform_id, day, level, codes, sum(n) AS alike
      FROM answer
     WHERE codes <> '' OR worded
     GROUP BY platform_id, day, level, codes
),
often AS MATERIALIZED (
    SELECT said.platform_id, said.day, said.level, said.codes, whole.n * agreed.same_share AS most
      FROM said
      JOIN (SELECT platform_id, day, sum(alike) AS n FROM said GROUP BY platform_id, day) AS whole USING (platform_id, day)
      JOIN agreed USING (platform_id)
     WHERE whole.n >= %(worded_reviews)s AND said.alike > whole.n * agreed.same_share
),
odd AS (
    SELECT platform_id, day, level, codes, comment_text
      FROM often
      JOIN sent_review USING (platform_id, day, level, codes)
     WHERE codes <> '' OR comment_text <> ''
     GROUP BY platform_id, day, level, codes, comment_text
    HAVING count(*) > max(most)
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.indicator_codes' AS field, 'all_alike' AS value_class
  FROM odd
  JOIN sent_review AS review USING (platform_id, day, level, codes, comment_text)
