-- Reviews of a place that stand, newest first, with only those texts that were released. A first review whose follow-up
-- counts instead stays to be seen, and says so.
SELECT review.level, review.assessed_at, review.provenance, item.name, agency.name,
       review.comment_text <> '', words.text,
       coalesce(work.reply_text, '') <> '', answer.text, review.status = 'superseded', review.assess_no = 2
FROM reviews_review AS review
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
JOIN directory_division AS division ON division.id = review.division_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
LEFT JOIN publicity_release AS words
       ON words.review_id = review.id AND words.part = 'text' AND words.decision = 'released'
LEFT JOIN publicity_release AS answer
       ON answer.review_id = review.id AND answer.part = 'reply' AND answer.decision = 'released'
WHERE review.status <> 'withdrawn'
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(any_agency)s OR agency.path >= %(agency_low)s AND agency.path < %(agency_high)s)
  AND (%(item_id)s::bigint IS NULL OR review.item_id = %(item_id)s)
  AND (NOT %(only_bad)s OR review.level <= 2)
ORDER BY review.assessed_at DESC, review.id
LIMIT %(limit)s OFFSET %(offset)s
