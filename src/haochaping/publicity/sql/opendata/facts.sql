-- A page of one day's facts, folded or not, by the columns that a table is counted by (`terms.FactTable`): first their values,
-- by which the next page goes on, then the division's path and the columns of the table after the day.
WITH counted AS (
    SELECT {keys}, sum(n)::bigint AS n
    FROM (
        SELECT {keys}, n FROM insight_fact WHERE day = %(day)s AND kind = ANY(%(kinds)s)
        UNION ALL
        SELECT {keys}, n FROM insight_fact_delta WHERE day = %(day)s AND kind = ANY(%(kinds)s)
    ) AS part
    WHERE (%(divisions)s::bigint[] IS NULL OR division_id = ANY(%(divisions)s::bigint[]))
      AND (%(agencies)s::bigint[] IS NULL OR agency_id = ANY(%(agencies)s::bigint[]))
      AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
      AND (%(from_start)s OR ({keys}) > ({after}))
    GROUP BY {keys}
    HAVING sum(n) <> 0
    ORDER BY {keys}
    LIMIT %(limit)s
)
SELECT {fact_keys}, division.path, {shown}
FROM counted AS fact
{joins}
ORDER BY {fact_keys}
