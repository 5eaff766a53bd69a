-- A code that its set does not know, did not have yet, or had retired on the day of the review. Few different answers are
-- given, so those are looked at: all their codes are known from `since` to before `until`, of which infinity and
-- -infinity stand for a code that never was.
WITH said AS (
    SELECT indicator_set, codes, min(first_at) AS first_at, max(last_at) AS last_at
      FROM answer
     WHERE codes <> ''
     GROUP BY indicator_set, codes
),
dated AS (
    SELECT said.indicator_set, said.codes, said.first_at, said.last_at,
           CASE WHEN indicator.id IS NULL THEN 'infinity' ELSE coalesce(indicator.effective_from, '-infinity') END AS since,
           CASE WHEN indicator.id IS NULL THEN '-infinity' ELSE coalesce(indicator.effective_to, 'infinity') END AS until
      FROM said
     CROSS JOIN string_to_table(said.codes, ',') AS one (code)
      LEFT JOIN (reviews_review_indicator AS indicator
                 JOIN reviews_indicator_set AS named ON named.id = indicator.indicator_set_id)
        ON named.code = said.indicator_set AND indicator.code = one.code
),
known AS MATERIALIZED (
    SELECT indicator_set, codes, max(since)::timestamp AT TIME ZONE 'Asia/Shanghai' AS since,
           min(until)::timestamp AT TIME ZONE 'Asia/Shanghai' AS until
      FROM dated
     GROUP BY indicator_set, codes
    HAVING min(first_at) < max(since)::timestamp AT TIME ZONE 'Asia/Shanghai'
        OR max(last_at) >= min(until)::timestamp AT TIME ZONE 'Asia/Shanghai'
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.indicator_codes' AS field,
       'not_in_set' AS value_class
  FROM known
  JOIN sent_review AS review ON review.indicator_set = known.indicator_set AND review.codes = known.codes
 WHERE review.assessed_at < known.since OR review.assessed_at >= known.until
