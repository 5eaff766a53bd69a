-- Hall devices by night (22:00 to 06:00), more than 60 reviews of one window or person in an hour, ten in one second.
WITH said AS (
    SELECT id, platform_id, day, channel, window_id, staff_id, assessed_at,
           extract(HOUR FROM assessed_at AT TIME ZONE 'Asia/Shanghai') AS hour, date_trunc('hour', assessed_at) AS hour_of
      FROM sent_review
     WHERE channel IN ('hall_pad', 'hall_terminal')
),
crowded AS (
    SELECT platform_id, day, window_id, staff_id, hour_of
      FROM (
          SELECT platform_id, day, window_id, NULL::bigint AS staff_id, hour_of, count(*) AS n
            FROM said WHERE window_id IS NOT NULL GROUP BY platform_id, day, window_id, hour_of
          UNION ALL
          SELECT platform_id, day, NULL, staff_id, hour_of, count(*)
            FROM said WHERE staff_id IS NOT NULL GROUP BY platform_id, day, staff_id, hour_of
      ) AS hours
     WHERE n > 60
),
burst AS (
    SELECT platform_id, day, window_id, assessed_at FROM said
     WHERE window_id IS NOT NULL
     GROUP BY platform_id, day, window_id, assessed_at HAVING count(*) >= 10
)
SELECT 'review' AS kind, said.id::text, said.platform_id, said.day, 'review.assessed_at' AS field, 'by_night' AS value_class
  FROM said
 WHERE said.hour >= 22 OR said.hour < 6
UNION
SELECT 'review', said.id::text, said.platform_id, said.day, 'review.assessed_at', 'crowded'
  FROM said
  JOIN crowded ON crowded.platform_id = said.platform_id AND crowded.day = said.day AND crowded.hour_of = said.hour_of
   AND (crowded.window_id = said.window_id OR crowded.staff_id = said.staff_id)
UNION
SELECT 'review', said.id::text, said.platform_id, said.day, 'review.assessed_at', 'burst'
  FROM said
  JOIN burst USING (platform_id, day, window_id, assessed_at)
