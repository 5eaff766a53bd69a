-- The platforms that come in the batches of peers on a day, each with its peer and the last number taken of it.
SELECT carried.platform_id, peer.id, peer.code, peer.taken_seq
  FROM levels_carried_source AS carried
  JOIN levels_peer AS peer ON peer.id = carried.peer_id
 WHERE carried.since <= %(day)s AND peer.closed_at IS NULL AND peer.takes
 ORDER BY carried.platform_id, peer.id
