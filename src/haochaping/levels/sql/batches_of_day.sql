-- What peers sent around a day, by when they made it, and what waits for a batch before it, whenever that came: of the
-- peers that carry platforms which are judged on that day. Nothing came before it was made, give or take an hour. What came
-- under a used number is put right when something is taken that was made later: until somebody has looked into it, its sender
-- sends nothing.
SELECT peer.id, batch.seq, batch.state, batch.code, coalesce(batch.made_at, batch.received_at) AS at
  FROM levels_peer AS peer
 CROSS JOIN LATERAL (
     SELECT seq, state, code, made_at, received_at
       FROM levels_incoming_batch AS around
      WHERE around.peer_id = peer.id AND around.received_at >= %(heard_from)s - interval '1 hour'
        AND coalesce(around.made_at, around.received_at) > %(heard_from)s
        AND coalesce(around.made_at, around.received_at) < %(end)s
        AND NOT (around.code = 'other_content' AND EXISTS (
            SELECT FROM levels_incoming_batch AS later
             WHERE later.peer_id = peer.id AND later.state = 'merged' AND later.made_at > around.made_at
            ))
     UNION
     SELECT seq, state, code, made_at, received_at
       FROM levels_incoming_batch AS waits
      WHERE waits.peer_id = peer.id AND waits.seq > peer.taken_seq
        AND waits.state <> 'refused' AND waits.state <> 'merged'
 ) AS batch
 WHERE peer.id = ANY (%(peers)s::bigint[])
 ORDER BY peer.id, batch.seq, at
