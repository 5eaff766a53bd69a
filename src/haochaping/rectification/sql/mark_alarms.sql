-- Open orders whose running clock has newly turned amber or red, set as one statement.
UPDATE rectification_work_order AS work
SET alarm = CASE WHEN work.due_at < %(now)s THEN 2 ELSE 1 END
WHERE work.id IN (
    SELECT id FROM rectification_work_order WHERE alarm = 0 AND amber_at < %(now)s
    UNION
    SELECT id FROM rectification_work_order WHERE alarm < 2 AND due_at < %(now)s
)
RETURNING work.id, work.review_id, work.division_id, work.agency_id, work.item_id, work.alarm, work.clock, work.due_at
