-- Texts and replies that two publishers held back or took down, as they still stand, and that nobody proposes to restore: the
-- newest decisions first, inside a division's subtree.
SELECT release.review_id, release.part, review.level, item.name, agency.name, release.written_at, part.words,
       release.decision, release.reason, release.decided_at, release.turn, release.ground, release.raised_to_id
FROM publicity_release AS release
JOIN reviews_review AS review ON review.id = release.review_id
JOIN directory_division AS division ON division.id = review.division_id
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
CROSS JOIN LATERAL (VALUES
    ('text', review.comment_text, review.assessed_at),
    ('reply', coalesce(work.reply_text, ''), work.replied_at)
) AS part (name, words, written_at)
WHERE release.state = 'confirmed' AND release.decision IN ('held', 'taken_down')
  AND part.name = release.part AND part.written_at = release.written_at AND part.words <> ''
  AND review.status NOT IN ('withdrawn', 'excluded')
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(review_ids)s::uuid[] IS NULL OR release.review_id = ANY(%(review_ids)s::uuid[]))
  AND NOT EXISTS (SELECT FROM publicity_release AS next
                   WHERE next.review_id = release.review_id AND next.part = release.part
                     AND next.written_at = release.written_at AND next.turn > release.turn
                     AND next.state IN ('proposed', 'confirmed'))
ORDER BY release.decided_at DESC, release.review_id, release.part DESC
LIMIT %(limit)s OFFSET %(offset)s
