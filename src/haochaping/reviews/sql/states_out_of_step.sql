-- The newest ledger entry of a review among accepted (1), superseded (2), excluded (4) and withdrawn (134) decides its status;
-- an entry of a review that has given way to its follow-up says so.
SELECT review.id, review.status
FROM reviews_review AS review
CROSS JOIN LATERAL (
    SELECT CASE WHEN entry.kind = 134 THEN 'withdrawn' WHEN entry.kind = 4 THEN 'excluded'
                ELSE coalesce(entry.facts ->> 'status', 'effective') END AS status
    FROM ledger_entry AS entry
    WHERE entry.subject_kind = 'review' AND entry.subject_id = review.id::text AND entry.kind IN (1, 2, 4, 134)
    ORDER BY entry.id DESC
    LIMIT 1
) AS newest
WHERE newest.status <> review.status
LIMIT %(limit)s
