-- Divisions and months whose reviews, added up by day and channel, are not the total that is published for the month.
WITH by_channel AS (
    SELECT above.id AS division_id, fact.month, sum(fact.n) AS n
      FROM (
          SELECT division_id, date_trunc('month', day)::date AS month, sum(n) AS n
            FROM insight_fact
           WHERE kind = 'review' AND day >= %(first)s AND day < %(end)s
           GROUP BY division_id, date_trunc('month', day)::date
      ) AS fact
      JOIN directory_division AS part ON part.id = fact.division_id
     CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
      JOIN directory_division AS above ON above.code = named.code
     GROUP BY above.id, fact.month
),
published AS (
    SELECT division_id, month, sum(n) AS n
      FROM insight_division_month
     WHERE kind = 'review' AND month >= %(first)s AND month < %(end)s
     GROUP BY division_id, month
)
SELECT division_id, month
  FROM by_channel
  FULL JOIN published USING (division_id, month)
 WHERE coalesce(by_channel.n, 0) <> coalesce(published.n, 0)
