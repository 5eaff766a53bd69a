-- Alarms about which something is still to be done: no reminder or warning of theirs, or no signal of the day on which
-- a clock ran out.
WITH running AS ({alarms})
SELECT running.id, running.division_id, running.agency_id, running.due_at, running.alarm
  FROM running
 WHERE running.alarm > 0
   AND (
       NOT EXISTS (
           SELECT FROM supervision_order AS made
            WHERE made.work_order_id = running.id
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
 ORDER BY running.due_at, running.id
 LIMIT %(limit)s
