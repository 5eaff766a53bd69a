-- More time than the rulebook of the source's place allows lies between what happened last and its arrival.
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.assessed_at' AS field,
       CASE WHEN review.arrived_at - review.assessed_at > agreed.very_late_after THEN 'very_late' ELSE 'late' END AS value_class
  FROM sent_review AS review
  JOIN agreed USING (platform_id)
 WHERE review.timed AND review.arrived_at - review.assessed_at > agreed.late_after
UNION ALL
SELECT 'case', work.id::text, work.platform_id, work.day, 'case.received_at',
       CASE WHEN work.received_at - happened.at > agreed.very_late_after THEN 'very_late' ELSE 'late' END
  FROM sent_case AS work
  JOIN agreed USING (platform_id)
 -- What was completed after the case had come says nothing of when it came.
 CROSS JOIN LATERAL (
     SELECT greatest(
         CASE WHEN work.applied_at <= work.received_at THEN work.applied_at END,
         CASE WHEN work.accepted_at <= work.received_at THEN work.accepted_at END,
         CASE WHEN work.completed_at <= work.received_at THEN work.completed_at END
     ) AS at
 ) AS happened
 WHERE work.received_at - happened.at > agreed.late_after
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.assessed_at', code
  FROM put_aside
 WHERE code = 'review_window_over'
