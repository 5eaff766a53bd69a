-- The last service of each completed case among those given.
SELECT DISTINCT ON (o.case_id) o.id
  FROM cases_service_occurrence o JOIN cases_case c ON c.id = o.case_id
 WHERE c.id = ANY(%s) AND c.status = 'completed'
 ORDER BY o.case_id, o.no DESC
