-- Texts and replies of a period's reviews that are out by the last decision of two publishers, made before a moment. Those that
-- stand under a division for the few cases behind them (decision 0051) are not told here: their item would be.
SELECT review.id, review.level, review.provenance, division.path, agency.code, item.code,
       coalesce(said.words, ''), coalesce(said.answer, '')
FROM reviews_review AS review
JOIN directory_division AS division ON division.id = review.division_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
JOIN directory_service_item AS item ON item.id = review.item_id
CROSS JOIN LATERAL (
    SELECT min(last.text) FILTER (WHERE part = 'text') AS words,
           (array_agg(last.text ORDER BY written_at DESC) FILTER (WHERE part = 'reply'))[1] AS answer
    FROM (SELECT DISTINCT ON (release.part, release.written_at) release.part, release.written_at, release.text,
                 release.decision, release.decided_at, release.raised_to_id
            FROM publicity_release AS release
           WHERE release.review_id = review.id AND release.state = 'confirmed'
           ORDER BY release.part, release.written_at, release.turn DESC) AS last
    WHERE last.decision IN ('released', 'restored') AND last.decided_at < %(decided_before)s AND last.raised_to_id IS NULL
) AS said
WHERE review.id IN (SELECT review_id FROM publicity_release WHERE state = 'confirmed')
  AND review.status NOT IN ('withdrawn', 'excluded')
  AND review.assessed_at >= %(start)s AND review.assessed_at < %(end)s
  AND (said.words IS NOT NULL OR said.answer IS NOT NULL)
