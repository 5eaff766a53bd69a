-- A code that its set does not know, has retired, or did not have yet on the day of the review. Few different answers
-- are given, so those are looked at; `since` is from when on all their codes were known, infinity where one never was.
WITH said AS (
    SELECT DISTINCT indicator_set, codes FROM sent_review WHERE codes <> ''
),
known AS (
    SELECT said.indicator_set, said.codes, max(coalesce(edition.effective_from, 'infinity'::date)) AS since
      FROM said
     CROSS JOIN string_to_table(said.codes, ',') AS one (code)
      LEFT JOIN (reviews_review_indicator AS indicator
                 JOIN reviews_indicator_set AS edition ON edition.id = indicator.indicator_set_id AND indicator.active)
        ON edition.code = said.indicator_set AND indicator.code = one.code
     GROUP BY said.indicator_set, said.codes
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.indicator_codes' AS field,
       'not_in_set' AS value_class
  FROM sent_review AS review
  JOIN known ON known.indicator_set = review.indicator_set AND known.codes = review.codes
 WHERE review.assessed_at < known.since::timestamp AT TIME ZONE 'Asia/Shanghai'
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.indicator_codes', code
  FROM put_aside
 WHERE code = 'unknown_indicator'
