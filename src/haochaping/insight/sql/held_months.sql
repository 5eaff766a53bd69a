-- What the facts of months and of divisions and agencies by day hold, by table; what a table does not tell apart is empty.
    SELECT 'division' AS months, kind, month, division_id, 0::bigint AS agency_id, 0::bigint AS item_id, '' AS channel,
           level, provenance, 0::bigint AS hall_id, n
      FROM insight_division_month WHERE month >= %(first)s AND month < %(end)s
    UNION ALL
    SELECT 'channel', kind, month, division_id, 0, 0, channel, level, provenance, 0, n
      FROM insight_channel_month WHERE month >= %(first)s AND month < %(end)s
    UNION ALL
    SELECT 'agency', kind, month, 0, agency_id, 0, '', level, provenance, 0, n
      FROM insight_agency_month WHERE month >= %(first)s AND month < %(end)s
    UNION ALL
    SELECT 'item', kind, month, 0, agency_id, item_id, '', level, provenance, 0, n
      FROM insight_item_month WHERE month >= %(first)s AND month < %(end)s
    UNION ALL
    SELECT 'hall', kind, month, 0, 0, 0, '', level, provenance, hall_id, n
      FROM insight_hall_month WHERE month >= %(first)s AND month < %(end)s
    UNION ALL
    SELECT 'division_day', kind, day, division_id, 0, 0, channel, level, provenance, 0, n
      FROM insight_division_day WHERE day >= %(first)s AND day < %(end)s
    UNION ALL
    SELECT 'agency_day', kind, day, 0, agency_id, 0, channel, level, provenance, 0, n
      FROM insight_agency_day WHERE day >= %(first)s AND day < %(end)s
