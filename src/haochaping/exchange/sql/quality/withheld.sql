-- By which rules, and where, figures of a period are withheld, or are to be unless their source explains. The explanation counts
-- where each of the days has one.
SELECT held.rule, division.path, held.below, held.withheld_at IS NOT NULL, coalesce(platform.name, held.source),
       min(held.first_day), max(held.last_day), min(held.explain_by),
       CASE WHEN count(said.figure_id) = count(*) THEN max(said.explained_at) END
  FROM exchange_withheld_figure AS held
  JOIN directory_division AS division ON division.id = held.division_id
  LEFT JOIN directory_platform AS platform ON platform.code = held.source
  LEFT JOIN exchange_figure_explanation AS said ON said.figure_id = held.id
 WHERE held.lifted_at IS NULL
   AND (%(end)s::date IS NULL OR held.first_day <= %(end)s)
   AND (%(start)s::date IS NULL OR held.last_day >= %(start)s)
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 2, 5
