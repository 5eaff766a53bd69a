-- The level is not 1 to 5, or a code belongs to another level. Few different answers are given, so those are looked at.
WITH odd AS (
    SELECT DISTINCT level, codes
      FROM answer
     WHERE level NOT BETWEEN 1 AND 5
        OR EXISTS (SELECT FROM string_to_table(codes, ',') AS code WHERE code <> '' AND left(code, 1) <> level::text)
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.level' AS field, 'other_level' AS value_class
  FROM odd
  JOIN sent_review AS review ON review.level = odd.level AND review.codes = odd.codes
