-- Moves the pending changes into the facts of days, of divisions and agencies by day and of months. Readers add them up together, so that they see the
-- same sums before and after. A division's path names it and all above it, whose codes say where it lies for ever.
-- Each day is in its month and in the month of all months, 0001-01.
WITH taken AS (
    DELETE FROM insight_fact_delta
    RETURNING kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, n
), summed AS (
    SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, sum(n) AS n
    FROM taken
    GROUP BY kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
), folded AS (
    INSERT INTO insight_fact AS fact
        (kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, n)
    SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, n
    FROM summed ORDER BY day
    ON CONFLICT (kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage)
    DO UPDATE SET n = fact.n + excluded.n
    RETURNING 1
), of_divisions AS (
    SELECT above.id AS division_id, day, channel, kind, summed.level, provenance, sum(n) AS n
    FROM summed
    JOIN directory_division AS part ON part.id = division_id
    CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
    JOIN directory_division AS above ON above.code = named.code
    GROUP BY above.id, day, channel, kind, summed.level, provenance
), by_day AS (
    INSERT INTO insight_division_day AS fact (division_id, day, channel, kind, level, provenance, n)
    SELECT division_id, day, channel, kind, level, provenance, n FROM of_divisions
    ON CONFLICT (division_id, day, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_agency_day AS (
    INSERT INTO insight_agency_day AS fact (agency_id, day, channel, kind, level, provenance, n)
    SELECT agency_id, day, channel, kind, level, provenance, sum(n) FROM summed
    GROUP BY agency_id, day, channel, kind, level, provenance
    ON CONFLICT (agency_id, day, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_division AS (
    INSERT INTO insight_division_month AS fact (division_id, month, kind, level, provenance, n)
    SELECT division_id, month, kind, level, provenance, sum(n)
    FROM of_divisions CROSS JOIN LATERAL (VALUES (date_trunc('month', day)::date), (date '0001-01-01')) AS its (month)
    GROUP BY division_id, month, kind, level, provenance
    ON CONFLICT (division_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_channel AS (
    INSERT INTO insight_channel_month AS fact (division_id, month, channel, kind, level, provenance, n)
    SELECT division_id, month, channel, kind, level, provenance, sum(n)
    FROM of_divisions CROSS JOIN LATERAL (VALUES (date_trunc('month', day)::date), (date '0001-01-01')) AS its (month)
    WHERE channel <> ''
    GROUP BY division_id, month, channel, kind, level, provenance
    ON CONFLICT (division_id, month, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), months AS (
    SELECT kind, month, agency_id, item_id, level, provenance, hall_id, sum(n) AS n
    FROM summed CROSS JOIN LATERAL (VALUES (date_trunc('month', day)::date), (date '0001-01-01')) AS its (month)
    GROUP BY kind, month, agency_id, item_id, level, provenance, hall_id
), by_item AS (
    INSERT INTO insight_item_month AS fact (item_id, agency_id, month, kind, level, provenance, n)
    SELECT item_id, agency_id, month, kind, level, provenance, sum(n)
    FROM months
    GROUP BY item_id, agency_id, month, kind, level, provenance
    ON CONFLICT (item_id, agency_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_agency AS (
    INSERT INTO insight_agency_month AS fact (agency_id, month, kind, level, provenance, n)
    SELECT agency_id, month, kind, level, provenance, sum(n)
    FROM months
    GROUP BY agency_id, month, kind, level, provenance
    ON CONFLICT (agency_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_hall AS (
    INSERT INTO insight_hall_month AS fact (hall_id, month, kind, level, provenance, n)
    SELECT hall_id, month, kind, level, provenance, sum(n)
    FROM months
    WHERE hall_id <> 0
    GROUP BY hall_id, month, kind, level, provenance
    ON CONFLICT (hall_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
)
SELECT (SELECT count(*) FROM taken) AS moved, (SELECT count(*) FROM folded) AS touched
