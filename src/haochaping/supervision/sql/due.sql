-- Drawn reviews whose reviewer is due to be asked by SMS: who reviewed, else who applied.
SELECT s.id, d.path, COALESCE(r.person_id, c.person_id)
  FROM supervision_sampled_review s
  JOIN directory_division d ON d.id = s.division_id
  JOIN reviews_review r ON r.id = s.review_id
  JOIN cases_service_occurrence o ON o.id = r.occurrence_id
  JOIN cases_case c ON c.id = o.case_id
 WHERE s.state = 'to_ask' AND s.due_at <= %(now)s
   AND (%(draws)s::uuid[] IS NULL OR s.draw_id = ANY(%(draws)s::uuid[]))
 ORDER BY s.due_at, s.id
 LIMIT %(limit)s
   FOR NO KEY UPDATE OF s SKIP LOCKED
