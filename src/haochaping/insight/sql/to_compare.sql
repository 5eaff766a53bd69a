-- The first division, from the top down, that has reviews in these months and whose agencies were not compared for them:
-- those come last of all that is compared in a division.
SELECT division.id
  FROM directory_division AS division
 WHERE NOT EXISTS (
           SELECT FROM insight_comparison AS made
            WHERE made.division_id = division.id AND made.kind = 'agency' AND made.stem = '' AND made.last = %(last)s)
   AND EXISTS (
           SELECT FROM insight_division_month AS fact
            WHERE fact.division_id = division.id AND fact.month >= %(first)s AND fact.month <= %(last)s
              AND fact.kind = 'review' AND fact.n > 0)
 ORDER BY division.path
 LIMIT 1
