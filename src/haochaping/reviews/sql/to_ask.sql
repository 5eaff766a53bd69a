-- Invitations whose person is to be asked, with what decides it. What nobody is known to have said is no review.
SELECT i.id, i.occurrence_id, i.ask_at, i.asked, i.failed, i.expires_at, c.person_id, d.path,
       EXISTS (SELECT FROM reviews_review r WHERE r.occurrence_id = i.occurrence_id AND r.provenance <> 'unverified'),
       c.status IN ('withdrawn', 'rejected'), c.division_id, c.agency_id, c.item_id, o.staff_id
  FROM reviews_invitation i
  JOIN cases_service_occurrence o ON o.id = i.occurrence_id
  JOIN cases_case c ON c.id = o.case_id
  JOIN directory_division d ON d.id = c.division_id
 WHERE {which}
 ORDER BY i.ask_at, i.id
 LIMIT %(limit)s
   FOR NO KEY UPDATE OF i SKIP LOCKED
