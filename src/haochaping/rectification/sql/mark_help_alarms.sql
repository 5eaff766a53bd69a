-- Parts of helping agencies whose clock has newly turned amber or red, noted as one statement; what another sweep has noted
-- meanwhile is its to tell.
UPDATE rectification_co_handler AS part
   SET told_due_at = part.due_at, told_alarm = CASE WHEN part.due_at < %(now)s THEN 2 ELSE 1 END
 WHERE part.done_at IS NULL AND part.ended_at IS NULL
   AND (part.amber_at < %(now)s OR part.due_at < %(now)s)
   AND part.due_at IS NOT NULL
   AND (part.told_due_at IS DISTINCT FROM part.due_at
        OR part.told_alarm < CASE WHEN part.due_at < %(now)s THEN 2 ELSE 1 END)
RETURNING part.id, part.told_alarm, part.due_at
