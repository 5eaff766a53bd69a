-- Messages to staff: what waits for the same person, channel and kind is one message; a burst begins no second one
-- within the window. Parameters: parallel arrays, the moment, the window.
INSERT INTO notices_staff_message AS waiting
       (id, channel, user_id, kind, count, state, attempts, last_error, due_at, queued_at, at)
SELECT told.id, told.channel, told.user_id, told.kind, told.count, 'queued', 0, '',
       CASE WHEN told.kind = '' THEN told.due_at
            ELSE greatest(
                told.due_at,
                (SELECT max(before.at) + %(window)s::interval
                   FROM notices_staff_message AS before
                  WHERE before.user_id = told.user_id AND before.channel = told.channel AND before.kind = told.kind
                    AND before.state <> 'queued'))
       END,
       %(now)s, %(now)s
  FROM unnest(%(ids)s::uuid[], %(channels)s::text[], %(users)s::bigint[], %(kinds)s::text[], %(counts)s::int[],
              %(due)s::timestamptz[]) AS told (id, channel, user_id, kind, count, due_at)
 ORDER BY told.user_id, told.channel, told.kind
    ON CONFLICT (user_id, channel, kind) WHERE state = 'queued'
    DO UPDATE SET count = waiting.count + excluded.count
