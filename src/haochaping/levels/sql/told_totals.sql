-- The totals of a day that were told to the levels above, beside what is there; a difference that is settled is none.
SELECT told.source, coalesce(peer.code, ''), told.kind, told.said_count, told.said_total, told.there_count, told.there_total
  FROM levels_told_day AS told
  LEFT JOIN levels_peer AS peer ON peer.id = told.peer_id
 WHERE told.day = %(day)s AND told.said_count IS NOT NULL AND told.there_count IS NOT NULL AND told.state <> 'settled'
 ORDER BY told.source, told.kind, told.id
