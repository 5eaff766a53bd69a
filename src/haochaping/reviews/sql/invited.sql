-- Items, and agencies with all below them, of whose services somebody was invited to review at least one since a moment.
SELECT 'item', asked.id
  FROM unnest(%(items)s::bigint[]) AS asked (id)
 WHERE asked.id IN (
     SELECT the_case.item_id
       FROM cases_case AS the_case
       JOIN cases_service_occurrence AS occurrence ON occurrence.case_id = the_case.id
       JOIN reviews_invitation AS invitation ON invitation.occurrence_id = occurrence.id
      WHERE the_case.item_id = ANY(%(items)s::bigint[]) AND invitation.issued_at >= %(since)s)
UNION ALL
SELECT DISTINCT 'agency', asked.id
  FROM directory_agency AS asked
  JOIN directory_agency AS part ON part.path >= asked.path AND part.path < rtrim(asked.path, '.') || '/'
  JOIN cases_case AS the_case ON the_case.agency_id = part.id
  JOIN cases_service_occurrence AS occurrence ON occurrence.case_id = the_case.id
  JOIN reviews_invitation AS invitation ON invitation.occurrence_id = occurrence.id
 WHERE asked.id = ANY(%(agencies)s::bigint[]) AND invitation.issued_at >= %(since)s
