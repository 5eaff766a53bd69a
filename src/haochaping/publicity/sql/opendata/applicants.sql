-- Reviews that people gave themselves in a period by place and by what is known of who applied: the two numbers of each feature.
SELECT division.path, agency.code, item.code,
       count(*) FILTER (WHERE work.person_kind = 'natural_person'),
       count(*) FILTER (WHERE work.person_kind <> 'natural_person'),
       count(*) FILTER (WHERE work.aged_60),
       count(*) FILTER (WHERE work.aged_60 IS NOT TRUE),
       count(*) FILTER (WHERE work.by_agent),
       count(*) FILTER (WHERE NOT work.by_agent)
FROM reviews_review AS review
JOIN cases_service_occurrence AS occurrence ON occurrence.id = review.occurrence_id
JOIN cases_case AS work ON work.id = occurrence.case_id
JOIN directory_division AS division ON division.id = review.division_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
JOIN directory_service_item AS item ON item.id = review.item_id
WHERE review.status = 'effective' AND review.provenance = ANY(%(active)s)
  AND review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
GROUP BY division.path, agency.code, item.code
