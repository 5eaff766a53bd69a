-- How many rows break each rule, by source and day, with a few of them: the first by id of each kind in turn, so that the
-- card knows what became of all of them.
SELECT platform_id, day, rule, max(nth),
       json_agg(json_build_array(kind, id, field, value_class) ORDER BY kind, id, field) FILTER (WHERE nth <= %(kept)s)
  FROM (
      SELECT platform_id, day, rule, kind, id, field, value_class,
             dense_rank() OVER (PARTITION BY platform_id, day, rule ORDER BY nth_of_kind, kind) AS nth
        FROM (
            SELECT *, dense_rank() OVER (PARTITION BY platform_id, day, rule, kind ORDER BY id) AS nth_of_kind
              FROM failing
        ) AS placed
  ) AS numbered
 GROUP BY platform_id, day, rule
 ORDER BY platform_id, day, rule
