-- The draws of a division and of those directly below it, of the newest month of which there are results, one row each:
-- where, the draw, and what came of it as tallies.sql counts it, which stands in it.
WITH near AS MATERIALIZED (
    SELECT own.id, own.path, own.code, own.name FROM directory_division AS own WHERE own.path = %(path)s
    UNION ALL
    SELECT below.id, below.path, below.code, below.name
      FROM directory_division AS own
      JOIN directory_division AS below ON below.parent_id = own.id
     WHERE own.path = %(path)s
), drawn AS MATERIALIZED (
    SELECT near.path, near.code, near.name, draw.*
      FROM near
      JOIN supervision_sample_draw AS draw ON draw.division_id = near.id
     WHERE draw.month = (
         SELECT max(ended.month)
           FROM supervision_sample_draw AS ended
          WHERE ended.division_id IN (SELECT id FROM near) AND ended.closed_at IS NOT NULL
     )
), came AS (
{tallies}
)
SELECT drawn.code, drawn.name,
       drawn.id, drawn.division_id, drawn.month, drawn.kind, drawn.head, drawn.head_index, drawn.population,
       drawn.list_hash, drawn.size, drawn.method, drawn.drawn_at, drawn.closed_at,
       came.*
  FROM drawn
  LEFT JOIN came ON came.draw_id = drawn.id
 ORDER BY drawn.path, drawn.kind
