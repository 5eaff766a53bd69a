-- What waits for a second publisher, oldest first, inside a division's subtree; nothing about words that were written anew
-- since, or about a review that stands no more.
SELECT proposal.id, proposal.review_id, proposal.part, proposal.decision, proposal.text, proposal.reason,
       proposal.proposed_by, proposal.proposed_staff, proposal.proposed_at,
       review.level, item.name, agency.name, proposal.written_at, coalesce(nullif(before.text, ''), part.words),
       coalesce(before.reason, ''), proposal.ground, waiting.due_at, waiting.amber_at, coalesce(raised.name, '')
FROM publicity_release AS proposal
JOIN reviews_review AS review ON review.id = proposal.review_id
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
LEFT JOIN directory_division AS raised ON raised.id = proposal.raised_to_id
LEFT JOIN publicity_undecided AS waiting ON waiting.review_id = proposal.review_id AND waiting.part = proposal.part
JOIN directory_division AS division ON division.id = coalesce(waiting.division_id, review.division_id)
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
LEFT JOIN publicity_release AS before -- what holds of the same words until now
       ON before.review_id = proposal.review_id AND before.part = proposal.part
      AND before.written_at = proposal.written_at AND before.state = 'confirmed' AND before.turn = proposal.turn - 1
CROSS JOIN LATERAL (VALUES
    ('text', review.comment_text, review.assessed_at),
    ('reply', coalesce(work.reply_text, ''), work.replied_at)
) AS part (name, words, written_at)
WHERE proposal.state = 'proposed' AND part.name = proposal.part
  AND (before.text <> ''
       OR (waiting.id IS NOT NULL OR before.id IS NOT NULL) AND part.written_at = proposal.written_at AND part.words <> ''
          AND review.status NOT IN ('withdrawn', 'excluded'))
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(ids)s::uuid[] IS NULL OR proposal.id = ANY(%(ids)s::uuid[]))
  AND (%(mine)s::boolean IS NULL OR (proposal.proposed_by = %(me)s) = %(mine)s::boolean)
ORDER BY proposal.proposed_at, proposal.id
LIMIT %(limit)s
