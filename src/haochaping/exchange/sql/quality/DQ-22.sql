-- Too many reviews follow their service, or the completion of its case, by exactly the same number of seconds.
WITH delay AS (
    SELECT platform_id, day, after_service, after_completion, count(*) AS n, grouping(after_service) AS of_completion
      FROM sent_review
     GROUP BY GROUPING SETS ((platform_id, day, after_service), (platform_id, day, after_completion))
    HAVING grouping(after_service) = 0 OR after_completion IS NOT NULL
),
whole AS (
    SELECT platform_id, day, of_completion, sum(n) AS n FROM delay GROUP BY platform_id, day, of_completion HAVING sum(n) >= %(timed_reviews)s
),
odd AS MATERIALIZED (
    SELECT delay.platform_id, delay.day, delay.of_completion, delay.after_service, delay.after_completion
      FROM delay
      JOIN whole USING (platform_id, day, of_completion)
      JOIN agreed USING (platform_id)
     WHERE delay.n > whole.n * agreed.moment_share
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.assessed_at' AS field,
       CASE WHEN max(odd.of_completion) = 1 THEN 'after_completion' ELSE 'after_service' END AS value_class
  FROM odd
  JOIN sent_review AS review USING (platform_id, day)
 WHERE review.after_service = odd.after_service OR review.after_completion = odd.after_completion
 GROUP BY review.id, review.platform_id, review.day
