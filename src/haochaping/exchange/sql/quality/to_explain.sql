-- Figures that do not add up of sources inside a division's subtree, those that nobody has explained and that are due first.
SELECT held.id, held.rule, held.source, coalesce(platform.name, held.source), held.division_id, held.first_day, held.last_day,
       held.raised_at, held.explain_by, held.withheld_at, coalesce(said.text, ''), coalesce(said.explained_by, ''),
       said.explained_at
  FROM exchange_withheld_figure AS held
  JOIN directory_division AS division ON division.id = held.division_id
  LEFT JOIN directory_platform AS platform ON platform.code = held.source
  LEFT JOIN exchange_figure_explanation AS said ON said.figure_id = held.id
 WHERE held.lifted_at IS NULL AND held.source <> '' AND division.path >= %(low)s AND division.path < %(high)s
 ORDER BY said.explained_at IS NOT NULL, held.explain_by, held.id
 LIMIT 100
