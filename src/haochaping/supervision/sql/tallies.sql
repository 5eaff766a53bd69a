-- What came of draws, one row each.
SELECT draw_id,
       count(*),
       count(*) FILTER (WHERE state = 'answered'),
       count(*) FILTER (WHERE state = 'refused'),
       count(*) FILTER (WHERE state = 'not_reached'),
       count(*) FILTER (WHERE state = 'lapsed'),
       count(*) FILTER (WHERE did_rate = 'yes'),
       count(*) FILTER (WHERE did_rate = 'no'),
       count(*) FILTER (WHERE did_rate = 'unsure'),
       count(level),
       count(level) FILTER (WHERE reported_level >= 3),
       count(level) FILTER (WHERE level >= 3)
  FROM supervision_sampled_review
 WHERE draw_id = ANY(%(draws)s)
 GROUP BY draw_id
