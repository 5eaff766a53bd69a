-- Alarms about which something is still to be done: no reminder or warning of theirs, or, of an order itself, no signal of
-- the day on which a clock ran out.
WITH running AS ({alarms}),
parts AS (
    SELECT part.order_id, part.id, work.division_id, part.agency_id, part.due_at,
           CASE WHEN part.due_at < %(now)s THEN 2 ELSE 1 END AS alarm
      FROM rectification_co_handler AS part
      JOIN rectification_work_order AS work ON work.id = part.order_id
     WHERE part.done_at IS NULL AND part.ended_at IS NULL
       AND (part.amber_at < %(now)s OR part.due_at < %(now)s) AND part.due_at IS NOT NULL
),
-- What an agency was given to answer; what lies with an office no agency is late with.
said AS (
    SELECT id, division_id, agency_id, due_at, CASE WHEN due_at < %(now)s THEN 2 ELSE 1 END AS alarm
      FROM voices_voice
     WHERE state IN ('transferred', 'signed') AND kind <> 'handling'
       AND (amber_at < %(now)s OR due_at < %(now)s) AND due_at IS NOT NULL
)
SELECT running.id, NULL::uuid AS part_id, NULL::uuid AS voice_id, running.division_id, running.agency_id, running.due_at, running.alarm
  FROM running
 WHERE running.alarm > 0
   AND (
       NOT EXISTS (
           SELECT FROM supervision_order AS made
            WHERE made.work_order_id = running.id
              AND made.part_id IS NULL
              AND made.rung = CASE running.alarm WHEN 1 THEN 'reminder' ELSE 'warning' END
       )
       OR (
           running.alarm = 2
           AND NOT EXISTS (
               SELECT FROM supervision_signal AS raised
                WHERE raised.kind = 'overdue'
                  AND raised.subject = running.id::text
                  AND raised.day = (running.due_at AT TIME ZONE 'Asia/Shanghai')::date
           )
       )
   )
UNION ALL
SELECT parts.order_id, parts.id, NULL, parts.division_id, parts.agency_id, parts.due_at, parts.alarm
  FROM parts
 WHERE NOT EXISTS (
           SELECT FROM supervision_order AS made
            WHERE made.part_id = parts.id
              AND made.rung = CASE parts.alarm WHEN 1 THEN 'reminder' ELSE 'warning' END
       )
UNION ALL
SELECT NULL, NULL, said.id, said.division_id, said.agency_id, said.due_at, said.alarm
  FROM said
 WHERE NOT EXISTS (
           SELECT FROM supervision_order AS made
            WHERE made.voice_id = said.id
              AND made.rung = CASE said.alarm WHEN 1 THEN 'reminder' ELSE 'warning' END
       )
 ORDER BY due_at, 1, part_id, voice_id
 LIMIT %(limit)s
