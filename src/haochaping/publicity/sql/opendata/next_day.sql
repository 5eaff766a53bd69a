-- The first day from one on for which anything is counted.
SELECT min(day) FROM (
    (SELECT min(day) AS day FROM insight_fact WHERE day >= %(day)s)
    UNION ALL
    (SELECT min(day) FROM insight_fact_delta WHERE day >= %(day)s)
) AS found
