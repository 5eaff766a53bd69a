-- The mix of levels, channels or items of a day is another than in the eight weeks before: population stability index
-- above 0.25, on at least 200 reviews against at least 1,000. What was given is counted once, by source, day and kind.
WITH enough AS (
    SELECT platform_id, day FROM sent_review GROUP BY platform_id, day HAVING count(*) >= 200
),
counted AS (
    SELECT review.platform_id, (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           review.level, review.channel, review.item_id, count(*) AS n
      FROM reviews_review AS review
     WHERE review.platform_id IN (SELECT platform_id FROM enough) AND review.sent_by NOT LIKE 'reviewer:%%'
       AND review.assessed_at >= %(since)s::timestamptz - interval '56 days' AND review.assessed_at < %(until)s
     GROUP BY review.platform_id, (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date, review.level, review.channel,
              review.item_id
),
today AS (
    SELECT platform_id, day, dimension, value, sum(n) AS n
      FROM (
          SELECT platform_id, day, level, channel, item_id, count(*) AS n
            FROM sent_review GROUP BY platform_id, day, level, channel, item_id
      ) AS review
      JOIN enough USING (platform_id, day)
     CROSS JOIN LATERAL (
         VALUES ('level', level::text), ('channel', channel), ('item', item_id::text)
     ) AS each (dimension, value)
     GROUP BY platform_id, day, dimension, value
),
former AS (
    SELECT enough.platform_id, enough.day, each.dimension, each.value, sum(counted.n) AS n
      FROM enough
      JOIN counted ON counted.platform_id = enough.platform_id
       AND counted.day >= enough.day - 56 AND counted.day < enough.day
     CROSS JOIN LATERAL (
         VALUES ('level', counted.level::text), ('channel', counted.channel), ('item', counted.item_id::text)
     ) AS each (dimension, value)
     GROUP BY enough.platform_id, enough.day, each.dimension, each.value
),
total AS (
    SELECT platform_id, day, dimension, sum(n) AS n FROM former
     GROUP BY platform_id, day, dimension
    -- With many items a day has too few of each for their mix to mean anything.
    HAVING sum(n) >= 1000 AND count(*) <= 20
),
sums AS (
    SELECT platform_id, day, dimension, sum(n) AS n FROM today GROUP BY platform_id, day, dimension
),
shares AS (
    SELECT platform_id, day, dimension,
           greatest(coalesce(today.n, 0) / sums.n, 0.0001) AS now,
           greatest(coalesce(former.n, 0) / total.n, 0.0001) AS before
      FROM total
      JOIN sums USING (platform_id, day, dimension)
      JOIN (today FULL JOIN former USING (platform_id, day, dimension, value)) USING (platform_id, day, dimension)
)
SELECT 'source' AS kind, '' AS id, platform_id, day, 'review.' || dimension AS field, 'drift' AS value_class
  FROM shares
 GROUP BY platform_id, day, dimension
HAVING sum((now - before) * ln(now / before)) > 0.25
