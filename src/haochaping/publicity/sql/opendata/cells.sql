-- A page of what is out of the gate's tables, by their days, place and name; places inside a division, and of some agencies
-- and items alone where they are asked for.
SELECT gate.first_day, cell.place, gate.name, cell.counts
FROM publicity_published_cell AS cell
JOIN publicity_published_table AS gate ON gate.id = cell.table_id
WHERE gate.name = ANY(%(names)s)
  AND (%(start)s::date IS NULL OR gate.last_day >= %(start)s)
  AND (%(end)s::date IS NULL OR gate.first_day <= %(end)s)
  AND cell.place >= %(low)s AND cell.place < %(high)s
  AND (%(agencies)s::text[] IS NULL
       OR EXISTS (SELECT FROM unnest(%(agencies)s::text[]) AS part (code) WHERE position(part.code IN cell.place) > 0))
  AND (%(item)s = '' OR position(%(item)s IN cell.place) > 0)
  AND (%(from_start)s OR (gate.first_day, cell.place, gate.name) > (%(after_day)s, %(after_place)s COLLATE "C", %(after_name)s))
ORDER BY gate.first_day, cell.place, gate.name
LIMIT %(limit)s
