-- By which rules, and where, figures of a period are withheld.
SELECT DISTINCT held.rule, division.path, held.below
  FROM exchange_withheld_figure AS held
  JOIN directory_division AS division ON division.id = held.division_id
 WHERE held.lifted_at IS NULL
   AND (%(end)s::date IS NULL OR held.first_day <= %(end)s)
   AND (%(start)s::date IS NULL OR held.last_day >= %(start)s)
