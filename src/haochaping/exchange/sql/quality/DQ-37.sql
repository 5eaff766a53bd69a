-- The mix of levels, channels or items of a day is another than in the eight weeks before: population stability index
-- above 0.25, on at least 200 reviews against at least 1,000.
WITH today AS (
    SELECT platform_id, day, dimension, value, count(*) AS n
      FROM sent_review
     CROSS JOIN LATERAL (
         VALUES ('level', level::text), ('channel', channel), ('item', item_id::text)
     ) AS each (dimension, value)
     GROUP BY platform_id, day, dimension, value
),
enough AS (
    SELECT platform_id, day, dimension, sum(n) AS n FROM today GROUP BY platform_id, day, dimension HAVING sum(n) >= 200
),
spread AS (
    SELECT DISTINCT platform_id, day FROM enough
),
former AS (
    SELECT spread.platform_id, spread.day, each.dimension, each.value, count(*) AS n
      FROM spread
      JOIN reviews_review AS review
        ON review.platform_id = spread.platform_id AND review.sent_by NOT LIKE 'reviewer:%%'
       AND review.assessed_at >= (spread.day - 56)::timestamp AT TIME ZONE 'Asia/Shanghai'
       AND review.assessed_at < spread.day::timestamp AT TIME ZONE 'Asia/Shanghai'
     CROSS JOIN LATERAL (
         VALUES ('level', review.level::text), ('channel', review.channel), ('item', review.item_id::text)
     ) AS each (dimension, value)
     GROUP BY spread.platform_id, spread.day, each.dimension, each.value
),
total AS (
    SELECT platform_id, day, dimension, sum(n) AS n, count(*) AS kinds FROM former
     GROUP BY platform_id, day, dimension
    -- With many items a day has too few of each for their mix to mean anything.
    HAVING sum(n) >= 1000 AND count(*) <= 20
),
shares AS (
    SELECT platform_id, day, dimension,
           greatest(coalesce(today.n, 0) / enough.n, 0.0001) AS now,
           greatest(coalesce(former.n, 0) / total.n, 0.0001) AS before
      FROM total
      JOIN enough USING (platform_id, day, dimension)
      JOIN (today FULL JOIN former USING (platform_id, day, dimension, value)) USING (platform_id, day, dimension)
)
SELECT 'source' AS kind, '' AS id, platform_id, day, 'review.' || dimension AS field, 'drift' AS value_class
  FROM shares
 GROUP BY platform_id, day, dimension
HAVING sum((now - before) * ln(now / before)) > 0.25
