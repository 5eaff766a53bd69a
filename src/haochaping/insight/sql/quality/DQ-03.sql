-- Divisions and months that, level by level, are not the sum of the divisions below and of what is their own.
WITH published AS (
    SELECT division_id, month, level, sum(n) AS n
      FROM insight_division_month
     WHERE kind = 'review' AND month >= %(first)s AND month < %(end)s
     GROUP BY division_id, month, level
),
parts AS (
    SELECT division_id, month, level, sum(n) AS n
      FROM (
          SELECT below.parent_id AS division_id, published.month, published.level, published.n
            FROM published
            JOIN directory_division AS below ON below.id = published.division_id
           WHERE below.parent_id IS NOT NULL
          UNION ALL
          SELECT division_id, date_trunc('month', day)::date, level, n
            FROM insight_fact
           WHERE kind = 'review' AND day >= %(first)s AND day < %(end)s
      ) AS part
     GROUP BY division_id, month, level
)
SELECT DISTINCT division_id, month
  FROM parts
  FULL JOIN published USING (division_id, month, level)
 WHERE coalesce(parts.n, 0) <> coalesce(published.n, 0)
