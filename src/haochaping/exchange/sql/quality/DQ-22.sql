-- Too many reviews follow their service, or the completion of its case, by exactly the same number of seconds.
WITH delay AS (
    SELECT id, platform_id, day, floor(extract(EPOCH FROM assessed_at - served_at)) AS served,
           floor(extract(EPOCH FROM assessed_at - completed_at)) AS completed
      FROM sent_review
),
modal AS (
    SELECT platform_id, day, served, completed, count(*) AS n FROM delay GROUP BY platform_id, day, served, completed
),
odd AS (
    SELECT platform_id, day, served AS seconds, 'after_service' AS value_class
      FROM (
          SELECT platform_id, day, served, sum(n) AS alike, sum(sum(n)) OVER (PARTITION BY platform_id, day) AS n
            FROM modal GROUP BY platform_id, day, served
      ) AS each_second
      JOIN agreed USING (platform_id)
     WHERE n >= 100 AND alike > n * agreed.moment_share
    UNION ALL
    SELECT platform_id, day, completed, 'after_completion'
      FROM (
          SELECT platform_id, day, completed, sum(n) AS alike, sum(sum(n)) OVER (PARTITION BY platform_id, day) AS n
            FROM modal WHERE completed IS NOT NULL GROUP BY platform_id, day, completed
      ) AS each_second
      JOIN agreed USING (platform_id)
     WHERE n >= 100 AND alike > n * agreed.moment_share
)
SELECT 'review' AS kind, delay.id::text, delay.platform_id, delay.day, 'review.assessed_at' AS field, min(odd.value_class) AS value_class
  FROM delay
  JOIN odd ON odd.platform_id = delay.platform_id AND odd.day = delay.day
   AND odd.seconds = CASE odd.value_class WHEN 'after_service' THEN delay.served ELSE delay.completed END
 GROUP BY delay.id, delay.platform_id, delay.day
