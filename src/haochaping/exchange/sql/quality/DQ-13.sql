-- A code that its set does not know, has retired, or did not have yet on the day of the review. Few different answers
-- are given, so those are looked at; `since` is from when on all their codes were known, infinity where one never was.
WITH said AS (
    SELECT indicator_set, codes, min(first_at) AS first_at FROM answer WHERE codes <> '' GROUP BY indicator_set, codes
),
known AS MATERIALIZED (
    SELECT said.indicator_set, said.codes, max(coalesce(edition.effective_from, 'infinity'::date)) AS since
      FROM said
     CROSS JOIN string_to_table(said.codes, ',') AS one (code)
      LEFT JOIN (reviews_review_indicator AS indicator
                 JOIN reviews_indicator_set AS edition ON edition.id = indicator.indicator_set_id AND indicator.active)
        ON edition.code = said.indicator_set AND indicator.code = one.code
     GROUP BY said.indicator_set, said.codes
    HAVING min(said.first_at) < max(coalesce(edition.effective_from, 'infinity'::date))::timestamp AT TIME ZONE 'Asia/Shanghai'
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.indicator_codes' AS field,
       'not_in_set' AS value_class
  FROM known
  JOIN sent_review AS review ON review.indicator_set = known.indicator_set AND review.codes = known.codes
 WHERE review.assessed_at < known.since::timestamp AT TIME ZONE 'Asia/Shanghai'
