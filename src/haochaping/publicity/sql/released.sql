-- Texts and replies that the public reads and nobody proposes to take down, of the newest reviews first, inside a division's
-- subtree.
SELECT release.review_id, release.part, review.level, item.name, agency.name, review.assessed_at, release.written_at,
       release.text, release.decided_at, release.turn, release.raised_to_id
FROM publicity_release AS release
JOIN reviews_review AS review ON review.id = release.review_id
JOIN directory_division AS division ON division.id = review.division_id
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
WHERE release.state = 'confirmed' AND release.decision IN ('released', 'restored')
  AND review.status NOT IN ('withdrawn', 'excluded')
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(until)s::timestamptz IS NULL OR review.assessed_at < %(until)s)
  AND (%(review_ids)s::uuid[] IS NULL OR release.review_id = ANY(%(review_ids)s::uuid[]))
  AND NOT EXISTS (SELECT FROM publicity_release AS next
                   WHERE next.review_id = release.review_id AND next.part = release.part
                     AND next.written_at = release.written_at AND next.turn > release.turn
                     AND next.state IN ('proposed', 'confirmed'))
  AND NOT EXISTS (SELECT FROM publicity_release AS later
                   WHERE later.review_id = release.review_id AND later.part = release.part
                     AND later.written_at > release.written_at AND later.state = 'confirmed'
                     AND later.decision IN ('released', 'restored')
                     AND NOT EXISTS (SELECT FROM publicity_release AS next
                                      WHERE next.review_id = later.review_id AND next.part = later.part
                                        AND next.written_at = later.written_at AND next.turn > later.turn
                                        AND next.state = 'confirmed'))
ORDER BY review.assessed_at DESC, release.review_id, release.part
LIMIT %(limit)s OFFSET %(offset)s
