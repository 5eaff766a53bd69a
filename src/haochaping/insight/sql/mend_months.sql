-- Adds to the facts of divisions and agencies by day and of whole months what they lack, or have too much (months.sql), as the fold adds; says what that was.
-- Nobody folds meanwhile: who does writes days and months together.
WITH differing AS (
{differing}
), by_day AS (
    INSERT INTO insight_division_day AS fact (division_id, day, channel, kind, level, provenance, n)
    SELECT division_id, month, channel, kind, level, provenance, counted - held FROM differing WHERE months = 'division_day'
    ON CONFLICT (division_id, day, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_agency_day AS (
    INSERT INTO insight_agency_day AS fact (agency_id, day, channel, kind, level, provenance, n)
    SELECT agency_id, month, channel, kind, level, provenance, counted - held FROM differing WHERE months = 'agency_day'
    ON CONFLICT (agency_id, day, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_division AS (
    INSERT INTO insight_division_month AS fact (division_id, month, kind, level, provenance, n)
    SELECT division_id, month, kind, level, provenance, counted - held FROM differing WHERE months = 'division'
    ON CONFLICT (division_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_channel AS (
    INSERT INTO insight_channel_month AS fact (division_id, month, channel, kind, level, provenance, n)
    SELECT division_id, month, channel, kind, level, provenance, counted - held FROM differing WHERE months = 'channel'
    ON CONFLICT (division_id, month, channel, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_item AS (
    INSERT INTO insight_item_month AS fact (item_id, agency_id, month, kind, level, provenance, n)
    SELECT item_id, agency_id, month, kind, level, provenance, counted - held FROM differing WHERE months = 'item'
    ON CONFLICT (item_id, agency_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_agency AS (
    INSERT INTO insight_agency_month AS fact (agency_id, month, kind, level, provenance, n)
    SELECT agency_id, month, kind, level, provenance, counted - held FROM differing WHERE months = 'agency'
    ON CONFLICT (agency_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
), by_hall AS (
    INSERT INTO insight_hall_month AS fact (hall_id, month, kind, level, provenance, n)
    SELECT hall_id, month, kind, level, provenance, counted - held FROM differing WHERE months = 'hall'
    ON CONFLICT (hall_id, month, kind, level, provenance) DO UPDATE SET n = fact.n + excluded.n
)
SELECT months, kind, month, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, counted, held
  FROM differing
 ORDER BY months, month, kind, division_id, agency_id, item_id, hall_id, channel, level, provenance
