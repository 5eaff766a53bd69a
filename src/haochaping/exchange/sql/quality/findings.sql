-- How many rows break each rule, by source and day, with a few of them: the first by id.
SELECT platform_id, day, rule, max(nth),
       json_agg(json_build_array(kind, id, field, value_class) ORDER BY kind, id, field) FILTER (WHERE nth <= %(kept)s)
  FROM (
      SELECT platform_id, day, rule, kind, id, field, value_class,
             dense_rank() OVER (PARTITION BY platform_id, day, rule ORDER BY kind, id) AS nth
        FROM failing
  ) AS numbered
 GROUP BY platform_id, day, rule
 ORDER BY platform_id, day, rule
