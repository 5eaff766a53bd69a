-- Invitations that are due to be asked by SMS, with what decides it. What nobody is known to have said is no review.
SELECT i.id, i.occurrence_id, i.ask_at, i.asked, i.expires_at, c.person_id, d.path,
       EXISTS (SELECT FROM reviews_review r WHERE r.occurrence_id = i.occurrence_id AND r.provenance <> 'unverified'),
       c.status IN ('withdrawn', 'rejected')
  FROM reviews_invitation i
  JOIN cases_service_occurrence o ON o.id = i.occurrence_id
  JOIN cases_case c ON c.id = o.case_id
  JOIN directory_division d ON d.id = c.division_id
 WHERE i.ask_at <= %(now)s
 ORDER BY i.ask_at
 LIMIT %(limit)s
   FOR NO KEY UPDATE OF i SKIP LOCKED
