-- answer: what was answered together in the reviews of a source's day, and how often; few rows, however many reviews there are.
SELECT platform_id, day, level, indicator_set, codes, comment_text <> '' AS worded, count(*) AS n,
       count(*) FILTER (WHERE timed) AS timed, min(assessed_at) AS first_at,
       max(assessed_at) AS last_at
  FROM sent_review
 GROUP BY platform_id, day, level, indicator_set, codes, comment_text <> ''
