-- Of each peer: what waits to go out and since when, what was refused or came back, which batches wait for one before
-- them or could not be taken yet, which fail again and again on either side, what of it was refused here, how many
-- reviews, cases and steps of orders of the last days came late, and how many cases were sent back to it on the last day on which it sent any: what
-- came back is told anew every day; last the newest refusals, ours there and theirs here, with their reasons.
SELECT peer.id, out.waiting, out.oldest, out.first, out.rejected,
       (SELECT count(*) FROM levels_returned_case WHERE peer_id = peer.id AND state IN ('rejected', 'requeued')),
       ARRAY(SELECT seq FROM levels_incoming_batch WHERE peer_id = peer.id AND state IN ('staged', 'failed') ORDER BY seq),
       ARRAY(SELECT seq FROM levels_incoming_batch WHERE peer_id = peer.id AND state = 'failed' AND failures >= %(most)s
             UNION
             SELECT seq FROM levels_outgoing_batch
              WHERE peer_id = peer.id AND state IN ('queued', 'sent') AND failures >= %(most)s ORDER BY seq),
       came.refused, came.reviews, came.late, came.cases, came.cases_late,
       came.orders, came.orders_late, back.given_back, refused.told
  FROM levels_peer AS peer
 CROSS JOIN LATERAL (
       SELECT count(*) AS waiting, min(made_at) AS oldest, min(seq) AS first,
              count(*) FILTER (WHERE state = 'rejected') AS rejected
         FROM levels_outgoing_batch
        WHERE peer_id = peer.id AND state IN ('queued', 'sent', 'rejected')) AS out
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE state = 'refused') AS refused,
              coalesce(sum(reviews), 0)::int AS reviews, coalesce(sum(late), 0)::int AS late,
              coalesce(sum(cases), 0)::int AS cases, coalesce(sum(cases_late), 0)::int AS cases_late,
              coalesce(sum(orders), 0)::int AS orders, coalesce(sum(orders_late), 0)::int AS orders_late
         FROM levels_incoming_batch
        WHERE peer_id = peer.id AND received_at >= %(since)s) AS came
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(batch.returned), 0)::int AS given_back
         FROM levels_incoming_batch AS batch
        WHERE batch.peer_id = peer.id
          AND batch.received_at > (SELECT max(received_at) FROM levels_incoming_batch WHERE peer_id = peer.id)
                                  - interval '1 day') AS back
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'code', code, 'message', message, 'params', params)
                                 ORDER BY at DESC, seq DESC), '[]') AS told
         FROM (SELECT seq, code, message, params, made_at AS at
                 FROM levels_outgoing_batch WHERE peer_id = peer.id AND state = 'rejected'
                UNION ALL
               SELECT seq, code, message, params, received_at
                 FROM levels_incoming_batch
                WHERE peer_id = peer.id AND state = 'refused' AND received_at >= %(since)s
                ORDER BY at DESC, seq DESC LIMIT %(shown)s) AS batch) AS refused
