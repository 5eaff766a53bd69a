-- What is withheld now in a period and division, by the rules that do it.
SELECT held.rule, division.code, held.below, held.first_day, held.last_day, min(held.raised_at)
FROM exchange_withheld_figure AS held
JOIN directory_division AS division ON division.id = held.division_id
WHERE held.lifted_at IS NULL AND held.withheld_at IS NOT NULL
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(end)s::date IS NULL OR held.first_day <= %(end)s)
  AND (%(start)s::date IS NULL OR held.last_day >= %(start)s)
GROUP BY held.rule, division.code, held.below, held.first_day, held.last_day
ORDER BY held.first_day, division.code, held.rule, held.below, held.last_day
