-- Texts and replies that are offered and for which nobody has proposed anything, inside a division's subtree: the first
-- deadline first, those of one in an order that says nothing of when they were written.
SELECT review.id, waiting.part, review.level, item.name, agency.name, part.written_at, part.words,
       waiting.due_at, waiting.amber_at, waiting.raised_to_id, coalesce(raised.name, '')
FROM publicity_undecided AS waiting
JOIN directory_division AS division ON division.id = waiting.division_id
JOIN reviews_review AS review ON review.id = waiting.review_id
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
LEFT JOIN directory_division AS raised ON raised.id = waiting.raised_to_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
CROSS JOIN LATERAL (VALUES
    ('text', review.comment_text, review.assessed_at),
    ('reply', coalesce(work.reply_text, ''), work.replied_at)
) AS part (name, words, written_at)
WHERE part.name = waiting.part AND part.words <> ''
  AND review.status NOT IN ('withdrawn', 'excluded')
  AND waiting.offered_at IS NOT NULL
  AND review.changeable_until <= %(now)s
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(review_ids)s::uuid[] IS NULL OR waiting.review_id = ANY(%(review_ids)s::uuid[]))
  AND NOT EXISTS (SELECT FROM publicity_release AS proposal
                   WHERE proposal.review_id = waiting.review_id AND proposal.part = waiting.part
                     AND proposal.written_at = part.written_at AND proposal.state = 'proposed')
ORDER BY waiting.due_at, md5(waiting.review_id::text), waiting.part DESC -- the text before its reply
LIMIT %(limit)s
