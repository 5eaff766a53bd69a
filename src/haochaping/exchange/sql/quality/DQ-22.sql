-- Too many reviews follow their service, or the completion of its case, or come before their arrival, by exactly the same
-- number of seconds. History has no arrival that means something, and what is sent as it is given comes within seconds.
WITH timed AS (
    SELECT platform_id, day, after_service, after_completion,
           CASE WHEN timed THEN floor(date_part('epoch', arrived_at))::bigint - second END AS before_arrival
      FROM sent_review
),
delay AS (
    SELECT platform_id, day, after_service, after_completion, before_arrival, count(*) AS n,
           grouping(after_service, after_completion, before_arrival) AS of_what
      FROM timed
     GROUP BY GROUPING SETS (
         (platform_id, day, after_service), (platform_id, day, after_completion), (platform_id, day, before_arrival)
     )
    HAVING coalesce(after_service, after_completion, before_arrival) IS NOT NULL
),
whole AS (
    SELECT platform_id, day, of_what, sum(n) AS n FROM delay GROUP BY platform_id, day, of_what HAVING sum(n) >= %(timed_reviews)s
),
odd AS MATERIALIZED (
    SELECT delay.platform_id, delay.day, delay.after_service, delay.after_completion, delay.before_arrival,
           CASE WHEN delay.after_service IS NOT NULL THEN 'after_service'
                WHEN delay.after_completion IS NOT NULL THEN 'after_completion' ELSE 'before_arrival' END AS value_class
      FROM delay
      JOIN whole USING (platform_id, day, of_what)
      JOIN agreed USING (platform_id)
     WHERE delay.n > whole.n * agreed.moment_share
       AND (delay.before_arrival IS NULL OR delay.before_arrival > %(sent_at_once)s)
)
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.assessed_at' AS field,
       max(odd.value_class) AS value_class
  FROM odd
  JOIN sent_review AS review USING (platform_id, day)
 WHERE review.after_service = odd.after_service OR review.after_completion = odd.after_completion
    OR (review.timed AND floor(date_part('epoch', review.arrived_at))::bigint - review.second = odd.before_arrival)
 GROUP BY review.id, review.platform_id, review.day
