-- The level is not 1 to 5, or a code belongs to another level. Few different answers are given, so those are looked at.
WITH odd AS (
    SELECT said.level, said.codes
      FROM (SELECT DISTINCT level, codes FROM sent_review) AS said
     WHERE said.level NOT BETWEEN 1 AND 5
        OR EXISTS (
           SELECT FROM string_to_table(said.codes, ',') AS code WHERE code <> '' AND left(code, 1) <> said.level::text
       )
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.level' AS field, 'other_level' AS value_class
  FROM sent_review AS review
  JOIN odd ON odd.level = review.level AND odd.codes = review.codes
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.level', code
  FROM put_aside
 WHERE code IN ('level_out_of_range', 'indicator_of_other_level')
