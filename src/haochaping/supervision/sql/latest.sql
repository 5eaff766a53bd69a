-- The draws of a division and of those directly below it, of the newest month of which there are results, one row each:
-- where, the draw, and what came of it as tallies.sql counts it.
WITH near AS MATERIALIZED (
    SELECT own.id, own.path, own.code, own.name FROM directory_division AS own WHERE own.path = %(path)s
    UNION ALL
    SELECT below.id, below.path, below.code, below.name
      FROM directory_division AS own
      JOIN directory_division AS below ON below.parent_id = own.id
     WHERE own.path = %(path)s
)
SELECT near.code, near.name,
       draw.id, draw.division_id, draw.month, draw.kind, draw.head, draw.head_index, draw.population, draw.list_hash,
       draw.size, draw.method, draw.drawn_at, draw.closed_at,
       came.*
  FROM near
  JOIN supervision_sample_draw AS draw ON draw.division_id = near.id
 CROSS JOIN LATERAL (
     SELECT count(*),
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
      WHERE draw_id = draw.id
 ) AS came
 WHERE draw.month = (
     SELECT max(ended.month)
       FROM supervision_sample_draw AS ended
      WHERE ended.division_id IN (SELECT id FROM near) AND ended.closed_at IS NOT NULL
 )
 ORDER BY near.path, draw.kind
