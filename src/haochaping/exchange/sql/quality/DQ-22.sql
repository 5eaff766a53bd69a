-- Too many reviews follow their service, or the completion of its case, by exactly the same number of seconds.
WITH delay AS (
    SELECT platform_id, day, after_service, after_completion, count(*) AS n
      FROM sent_review
     GROUP BY platform_id, day, after_service, after_completion
),
whole AS (
    SELECT platform_id, day, sum(n) AS n, sum(n) FILTER (WHERE after_completion IS NOT NULL) AS completed
      FROM delay GROUP BY platform_id, day HAVING sum(n) >= 100
),
odd AS (
    SELECT delay.platform_id, delay.day, delay.after_service AS seconds, 'after_service' AS value_class
      FROM delay JOIN whole USING (platform_id, day) JOIN agreed USING (platform_id)
     GROUP BY delay.platform_id, delay.day, delay.after_service
    HAVING sum(delay.n) > max(whole.n) * max(agreed.moment_share)
    UNION ALL
    SELECT delay.platform_id, delay.day, delay.after_completion, 'after_completion'
      FROM delay JOIN whole USING (platform_id, day) JOIN agreed USING (platform_id)
     WHERE delay.after_completion IS NOT NULL AND whole.completed >= 100
     GROUP BY delay.platform_id, delay.day, delay.after_completion
    HAVING sum(delay.n) > max(whole.completed) * max(agreed.moment_share)
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.assessed_at' AS field,
       min(odd.value_class) AS value_class
  FROM odd
  JOIN sent_review AS review ON review.platform_id = odd.platform_id AND review.day = odd.day
   AND odd.seconds
       = CASE odd.value_class WHEN 'after_service' THEN review.after_service ELSE review.after_completion END
 GROUP BY review.id, review.platform_id, review.day
