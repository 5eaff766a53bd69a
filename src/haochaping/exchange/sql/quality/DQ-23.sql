-- Too many reviews of one window or person in an hour at hall devices, or in one second.
WITH counted AS (
    SELECT platform_id, day, window_id, staff_id, second / 3600 AS hour, second, count(*) AS n,
           grouping(second) AS of_hour
      FROM sent_review
     WHERE channel IN ('hall_pad', 'hall_terminal')
     GROUP BY GROUPING SETS ((platform_id, day, window_id, second / 3600), (platform_id, day, staff_id, second / 3600),
                             (platform_id, day, window_id, second))
    HAVING count(*) >= %(second_full)s
),
odd AS MATERIALIZED (
    SELECT platform_id, day, window_id, staff_id, hour, second, CASE of_hour WHEN 1 THEN 'crowded' ELSE 'burst' END AS value_class
      FROM counted
     WHERE coalesce(window_id, staff_id) IS NOT NULL AND (of_hour = 0 OR n > %(hour_full)s)
)
SELECT DISTINCT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.assessed_at' AS field, odd.value_class
  FROM odd
  JOIN sent_review AS review USING (platform_id, day)
 WHERE review.channel IN ('hall_pad', 'hall_terminal')
   AND (review.window_id = odd.window_id OR review.staff_id = odd.staff_id)
   AND (review.second = odd.second OR review.second / 3600 = odd.hour)
