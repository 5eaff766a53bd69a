-- Moves the pending changes into the facts. Readers add both, so that they see the same sums before and after.
WITH taken AS (
    DELETE FROM insight_fact_delta
    RETURNING kind, day, division_id, agency_id, item_id, channel, level, provenance, n
), summed AS (
    SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, sum(n) AS n
    FROM taken
    GROUP BY kind, day, division_id, agency_id, item_id, channel, level, provenance
), folded AS (
    INSERT INTO insight_fact AS fact (kind, day, division_id, agency_id, item_id, channel, level, provenance, n)
    SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, n FROM summed
    ON CONFLICT (kind, day, division_id, agency_id, item_id, channel, level, provenance)
    DO UPDATE SET n = fact.n + excluded.n
    RETURNING 1
)
SELECT (SELECT count(*) FROM taken) AS moved, (SELECT count(*) FROM folded) AS touched
