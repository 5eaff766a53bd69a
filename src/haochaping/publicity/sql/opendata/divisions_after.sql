-- Divisions of a subtree one after the other by code, of those that have anything counted in a month.
SELECT part.id, part.code, part.path
FROM directory_division AS part
WHERE part.path >= %(low)s AND part.path < %(high)s AND part.code > %(after)s
  AND (EXISTS (SELECT FROM insight_division_month AS fact WHERE fact.division_id = part.id AND fact.month = %(month)s)
       OR EXISTS (SELECT FROM insight_fact_delta AS fact
                    JOIN directory_division AS place ON place.id = fact.division_id
                   WHERE fact.day >= %(month)s AND fact.day <= %(month_end)s
                     AND place.path >= part.path AND place.path < rtrim(part.path, '.') || '/'))
ORDER BY part.code
LIMIT %(limit)s
