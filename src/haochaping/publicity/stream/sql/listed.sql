-- What the public list says of reviews beside their words.
SELECT review.id, review.channel, review.indicator_codes, item.code, agency.code, division.code, division.name, said.solved
FROM reviews_review AS review
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
JOIN directory_division AS division ON division.id = review.division_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
LEFT JOIN LATERAL (
    SELECT solved FROM rectification_solution_answer AS answer
    WHERE answer.order_id = work.id
    ORDER BY answered_at DESC, answer.id DESC
    LIMIT 1
) AS said ON true
WHERE review.id = ANY(%(ids)s::uuid[])
