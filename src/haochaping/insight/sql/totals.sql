-- What stands under the month of all months beside the months of which it is the sum: what differs, by table.
WITH held AS (
{held}
)
SELECT months, kind, date '0001-01-01' AS month, division_id, agency_id, item_id, channel, level, provenance, hall_id, '' AS stage,
       coalesce(sum(n) FILTER (WHERE month > date '0001-01-01'), 0)::bigint AS counted,
       coalesce(sum(n) FILTER (WHERE month = date '0001-01-01'), 0)::bigint AS held
  FROM held
 WHERE months NOT IN ('division_day', 'agency_day')
 GROUP BY months, kind, division_id, agency_id, item_id, channel, level, provenance, hall_id
HAVING coalesce(sum(n) FILTER (WHERE month > date '0001-01-01'), 0)
    <> coalesce(sum(n) FILTER (WHERE month = date '0001-01-01'), 0)
 ORDER BY months, kind, division_id, agency_id, item_id, hall_id, channel, level, provenance
