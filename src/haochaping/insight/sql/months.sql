-- Facts of divisions and agencies by day and facts of whole months beside the facts of which they are the sums: what differs, by table.
WITH of_days AS MATERIALIZED (
    SELECT kind, day, division_id, agency_id, channel, level, provenance, sum(n) AS n
      FROM insight_fact
     WHERE day >= %(first)s AND day < %(end)s
     GROUP BY kind, day, division_id, agency_id, channel, level, provenance
), days AS MATERIALIZED (
    SELECT kind, date_trunc('month', day)::date AS month, division_id, agency_id, item_id, channel, level, provenance,
           hall_id, sum(n) AS n
      FROM insight_fact
     WHERE day >= %(first)s AND day < %(end)s
     GROUP BY kind, date_trunc('month', day)::date, division_id, agency_id, item_id, channel, level, provenance, hall_id
), above AS (
    SELECT part.id AS part_id, above.id
      FROM directory_division AS part
     CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
      JOIN directory_division AS above ON above.code = named.code
), there AS (
    SELECT 'division' AS months, kind, month, above.id AS division_id, 0::bigint AS agency_id, 0::bigint AS item_id,
           '' AS channel, level, provenance, 0::bigint AS hall_id, sum(n) AS n
      FROM days JOIN above ON part_id = division_id
     GROUP BY kind, month, above.id, level, provenance
    UNION ALL
    SELECT 'channel', kind, month, above.id, 0, 0, channel, level, provenance, 0, sum(n)
      FROM days JOIN above ON part_id = division_id
     WHERE channel <> ''
     GROUP BY kind, month, above.id, channel, level, provenance
    UNION ALL
    SELECT 'agency', kind, month, 0, agency_id, 0, '', level, provenance, 0, sum(n)
      FROM days
     GROUP BY kind, month, agency_id, level, provenance
    UNION ALL
    SELECT 'item', kind, month, 0, agency_id, item_id, '', level, provenance, 0, sum(n)
      FROM days
     GROUP BY kind, month, agency_id, item_id, level, provenance
    UNION ALL
    SELECT 'hall', kind, month, 0, 0, 0, '', level, provenance, hall_id, sum(n)
      FROM days
     WHERE hall_id <> 0
     GROUP BY kind, month, hall_id, level, provenance
    UNION ALL
    SELECT 'division_day', kind, day, above.id, 0, 0, channel, level, provenance, 0, sum(n)
      FROM of_days JOIN above ON part_id = division_id
     GROUP BY kind, day, above.id, channel, level, provenance
    UNION ALL
    SELECT 'agency_day', kind, day, 0, agency_id, 0, channel, level, provenance, 0, sum(n)
      FROM of_days
     GROUP BY kind, day, agency_id, channel, level, provenance
), held AS (
{held}
)
SELECT months, kind, month, division_id, agency_id, item_id, channel, level, provenance, hall_id, '' AS stage,
       coalesce(there.n, 0)::bigint AS counted, coalesce(held.n, 0)::bigint AS held
  FROM there
  FULL JOIN held USING (months, kind, month, division_id, agency_id, item_id, channel, level, provenance, hall_id)
 WHERE coalesce(there.n, 0) <> coalesce(held.n, 0)
 ORDER BY months, month, kind, division_id, agency_id, item_id, hall_id, channel, level, provenance
