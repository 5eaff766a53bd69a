-- Hall devices by night (22:00 to 06:00 in Beijing, eight hours ahead), more than 60 reviews of one window or person in
-- an hour, ten in one second.
WITH crowded AS (
    SELECT platform_id, day, window_id, NULL::bigint AS staff_id, second / 3600 AS hour
      FROM sent_review
     WHERE channel IN ('hall_pad', 'hall_terminal') AND window_id IS NOT NULL
     GROUP BY platform_id, day, window_id, second / 3600
    HAVING count(*) > 60
    UNION ALL
    SELECT platform_id, day, NULL, staff_id, second / 3600
      FROM sent_review
     WHERE channel IN ('hall_pad', 'hall_terminal') AND staff_id IS NOT NULL
     GROUP BY platform_id, day, staff_id, second / 3600
    HAVING count(*) > 60
),
burst AS (
    SELECT platform_id, day, window_id, second
      FROM sent_review
     WHERE channel IN ('hall_pad', 'hall_terminal') AND window_id IS NOT NULL
     GROUP BY platform_id, day, window_id, second
    HAVING count(*) >= 10
)
SELECT 'review' AS kind, id::text, platform_id, day, 'review.assessed_at' AS field, 'by_night' AS value_class
  FROM sent_review
 WHERE channel IN ('hall_pad', 'hall_terminal') AND (second + 28800) %% 86400 / 3600 NOT BETWEEN 6 AND 21
UNION
SELECT 'review', review.id::text, review.platform_id, review.day, 'review.assessed_at', 'crowded'
  FROM crowded
  JOIN sent_review AS review ON review.platform_id = crowded.platform_id AND review.day = crowded.day
   AND review.second / 3600 = crowded.hour
   AND (review.window_id = crowded.window_id OR review.staff_id = crowded.staff_id)
 WHERE review.channel IN ('hall_pad', 'hall_terminal')
UNION
SELECT 'review', review.id::text, review.platform_id, review.day, 'review.assessed_at', 'burst'
  FROM burst
  JOIN sent_review AS review USING (platform_id, day, window_id, second)
 WHERE review.channel IN ('hall_pad', 'hall_terminal')
