-- Times out of order, give or take the clocks' difference; midnight is a day without a time of day.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, wrong.field, wrong.value_class
  FROM (
      -- Hardly any row is out of order at all: only those are looked at pair by pair.
      SELECT * FROM sent_case
       WHERE accepted_at + %(leeway)s < applied_at OR completed_at + %(leeway)s < applied_at
          OR completed_at + %(leeway)s < accepted_at
  ) AS work
 CROSS JOIN LATERAL (
     VALUES
     (work.applied_at, work.accepted_at, 'case.accepted_at', 'before_application'),
     (work.applied_at, work.completed_at, 'case.completed_at', 'before_application'),
     (work.accepted_at, work.completed_at, 'case.completed_at', 'before_acceptance')
 ) AS wrong (earlier, later, field, value_class)
 WHERE wrong.later + %(leeway)s < wrong.earlier
   AND (
       (wrong.later AT TIME ZONE 'Asia/Shanghai')::time <> '00:00'
       OR (wrong.later AT TIME ZONE 'Asia/Shanghai')::date < (wrong.earlier AT TIME ZONE 'Asia/Shanghai')::date
   )
UNION ALL
SELECT 'case', id::text, platform_id, day, 'case.completed_at', 'in_future'
  FROM sent_case
 WHERE greatest(applied_at, accepted_at, completed_at) > updated_at + %(leeway)s
UNION ALL
SELECT 'review', id::text, platform_id, day, 'review.assessed_at',
       CASE WHEN assessed_at > arrived_at + %(leeway)s THEN 'in_future' ELSE 'before_service' END
  FROM sent_review
 WHERE assessed_at + %(leeway)s < served_at OR assessed_at > arrived_at + %(leeway)s
UNION ALL
SELECT 'record', id::text, platform_id, day, kind || '.' || field, code
  FROM put_aside
 WHERE code IN ('dated_in_future', 'wrong_sequence', 'rated_before_service', 'rated_in_future')
