-- The cards that stand of the sources of a division itself for some days, their columns in the order of queries.py.
SELECT card.id, card.newest, platform.code, platform.name, division.name, card.day, card.judged_at, card.score, card.grade,
       card.platform_id, card.reviews, card.cases, card.reviews_aside, card.cases_aside, card.timed,
       card.coverage, card.validity, card.consistency, card.timeliness, card.uniqueness, card.reconciliation
  FROM exchange_quality_card AS card
  JOIN directory_platform AS platform ON platform.id = card.platform_id
  JOIN directory_division AS division ON division.id = card.division_id
 WHERE card.division_id = %(division)s AND card.newest AND card.day >= %(first)s AND card.day < %(end)s
 ORDER BY card.day
