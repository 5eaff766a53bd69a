-- Orders whose running clock has newly turned amber or red, noted as one statement; what another sweep has noted
-- meanwhile is its to tell.
WITH soon AS (
    SELECT id, review_id, division_id, agency_id, item_id, clock, due_at,
           CASE WHEN due_at < %(now)s THEN 2 ELSE 1 END AS alarm
      FROM rectification_work_order
     WHERE amber_at < %(now)s AND due_at IS NOT NULL OR due_at < %(now)s
),
told AS (
    INSERT INTO rectification_told_alarm AS known (order_id, due_at, alarm, told_at)
    SELECT soon.id, soon.due_at, soon.alarm, %(now)s
      FROM soon
      LEFT JOIN rectification_told_alarm AS known ON known.order_id = soon.id AND known.due_at = soon.due_at
     WHERE known.alarm IS NULL OR known.alarm < soon.alarm
    ON CONFLICT (order_id) DO UPDATE
       SET due_at = excluded.due_at, alarm = excluded.alarm, told_at = excluded.told_at
     WHERE known.due_at <> excluded.due_at OR known.alarm < excluded.alarm
    RETURNING order_id
)
SELECT soon.id, soon.review_id, soon.division_id, soon.agency_id, soon.item_id, soon.alarm, soon.clock, soon.due_at
  FROM soon JOIN told ON told.order_id = soon.id
