-- Reviews of a place that stand, newest first, with only those texts that were released. A first review whose follow-up
-- counts instead stays to be seen, and says so. Chosen first and joined afterwards: only what is shown is looked up.
WITH chosen AS (
    SELECT id, level, assessed_at, provenance, item_id, agency_id, comment_text, status, assess_no
    FROM reviews_review
    WHERE status NOT IN ('withdrawn', 'excluded')
      AND (%(divisions)s::bigint[] IS NULL OR division_id = ANY(%(divisions)s::bigint[]))
      AND (%(agencies)s::bigint[] IS NULL OR agency_id = ANY(%(agencies)s::bigint[]))
      AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
      AND (NOT %(only_bad)s OR level <= 2)
    ORDER BY assessed_at DESC, id
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT review.level, review.assessed_at, review.provenance, item.name, agency.name,
       review.comment_text <> '', words.text,
       coalesce(work.reply_text, '') <> '', answer.text,
       answer.text IS NOT NULL AND work.state NOT IN ('cancelled', 'merged', 'excluded')
           AND (work.reply_text = '' OR work.state = 'escalated'),
       answer.text IS NOT NULL AND work.reply_text <> '' AND work.state <> 'escalated' AND work.replied_at > answer.written_at,
       review.status = 'superseded', review.assess_no = 2
FROM chosen AS review
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
LEFT JOIN publicity_release AS words
       ON words.review_id = review.id AND words.part = 'text' AND words.decision = 'released'
LEFT JOIN LATERAL (
    SELECT text, written_at FROM publicity_release
     WHERE review_id = review.id AND part = 'reply' AND decision = 'released'
     ORDER BY written_at DESC
     LIMIT 1
) AS answer ON true
ORDER BY review.assessed_at DESC, review.id
