-- The mix of levels, channels or items of a day is another than in the eight weeks before: population stability index,
-- on enough reviews of both; what was imported is of other times.
WITH enough AS (
    SELECT platform_id, day FROM answer GROUP BY platform_id, day HAVING sum(timed) >= %(day_reviews)s
),
today AS (
    SELECT platform_id, day, dimension, value, sum(n) AS n
      FROM (
          SELECT platform_id, day, level, channel, item_id, count(*) AS n
            FROM sent_review WHERE timed GROUP BY platform_id, day, level, channel, item_id
      ) AS review
      JOIN enough USING (platform_id, day)
     CROSS JOIN LATERAL (
         VALUES ('level', level::text), ('channel', channel), ('item', item_id::text)
     ) AS each (dimension, value)
     GROUP BY platform_id, day, dimension, value
),
former AS (
    SELECT enough.platform_id, enough.day, each.dimension, each.value, sum(given.n) AS n
      FROM enough
      JOIN given ON given.platform_id = enough.platform_id AND given.day >= enough.day - %(former_days)s AND given.day < enough.day
       AND NOT given.by_reviewer
     CROSS JOIN LATERAL (
         VALUES ('level', given.level::text), ('channel', given.channel), ('item', given.item_id::text)
     ) AS each (dimension, value)
     GROUP BY enough.platform_id, enough.day, each.dimension, each.value
),
total AS (
    SELECT platform_id, day, dimension, sum(n) AS n FROM former
     GROUP BY platform_id, day, dimension
    -- With many items a day has too few of each for their mix to mean anything.
    HAVING sum(n) >= %(former_reviews)s AND count(*) <= %(kinds_mixed)s
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
HAVING sum((now - before) * ln(now / before)) > %(drift)s
