-- Texts and replies that the public reads and nobody proposes to take down, of the newest reviews first, inside a division's
-- subtree.
SELECT release.review_id, release.part, review.level, item.name, agency.name, review.assessed_at, release.written_at,
       release.text, release.decided_at
FROM publicity_release AS release
JOIN reviews_review AS review ON review.id = release.review_id
JOIN directory_division AS division ON division.id = review.division_id
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
WHERE release.state = 'confirmed' AND release.decision = 'released'
  AND review.status NOT IN ('withdrawn', 'excluded')
  AND division.path >= %(low)s AND division.path < %(high)s
  AND (%(until)s::timestamptz IS NULL OR review.assessed_at < %(until)s)
  AND (%(review_ids)s::uuid[] IS NULL OR release.review_id = ANY(%(review_ids)s::uuid[]))
  AND NOT EXISTS (SELECT FROM publicity_release AS down
                   WHERE down.review_id = release.review_id AND down.part = release.part
                     AND down.written_at = release.written_at AND down.decision = 'taken_down'
                     AND down.state IN ('proposed', 'confirmed'))
  AND NOT EXISTS (SELECT FROM publicity_release AS later
                   WHERE later.review_id = release.review_id AND later.part = release.part
                     AND later.written_at > release.written_at AND later.state = 'confirmed' AND later.decision = 'released'
                     AND NOT EXISTS (SELECT FROM publicity_release AS down
                                      WHERE down.review_id = later.review_id AND down.part = later.part
                                        AND down.written_at = later.written_at AND down.decision = 'taken_down'
                                        AND down.state = 'confirmed'))
ORDER BY review.assessed_at DESC, release.review_id, release.part
LIMIT %(limit)s OFFSET %(offset)s
