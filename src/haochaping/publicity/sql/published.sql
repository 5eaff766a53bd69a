-- Reviews of a place that stand, newest first, with only those texts that the last decision of two publishers lets out. A first
-- review whose follow-up counts instead stays to be seen, and says so; one that stands no more leaves a note where its words
-- were public. Words that stand under a division (raised) are not shown beside their review, nor what became of them. Chosen
-- first and joined afterwards: only what is shown is looked up.
WITH chosen AS (
    SELECT id, level, assessed_at, provenance, item_id, agency_id, comment_text, status, assess_no
    FROM {ways}
    ORDER BY assessed_at DESC, id
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT review.id, review.level, review.assessed_at, review.provenance, item.name, agency.name,
       review.comment_text <> '', said.words, coalesce(said.words_down, false), coalesce(said.words_held, false),
       coalesce(work.reply_text, '') <> '', said.answer,
       said.answer IS NULL AND coalesce(said.answer_down, false),
       said.answer IS NULL AND coalesce(said.answer_held, false),
       said.answer IS NOT NULL AND work.state NOT IN ('cancelled', 'merged', 'excluded')
           AND (work.reply_text = '' OR work.state = 'escalated'),
       said.answer IS NOT NULL AND work.reply_text <> '' AND work.state <> 'escalated' AND work.replied_at > said.answer_of,
       review.status = 'superseded', review.assess_no = 2,
       said.words_down_at, coalesce(said.words_down_ground, ''), said.answer_down_at, coalesce(said.answer_down_ground, ''),
       said.words_again_at, CASE WHEN said.answers > 1 THEN said.answer_at END,
       CASE WHEN review.status IN ('withdrawn', 'excluded') THEN review.status ELSE '' END,
       exclusion.excluded_at, coalesce(exclusion.reason_class, '')
FROM chosen AS review
JOIN directory_service_item AS item ON item.id = review.item_id
JOIN directory_agency AS agency ON agency.id = review.agency_id
LEFT JOIN rectification_work_order AS work ON work.review_id = review.id
LEFT JOIN reviews_exclusion AS exclusion ON exclusion.review_id = review.id AND exclusion.lifted_at IS NULL
LEFT JOIN LATERAL (
    SELECT min(last.text) FILTER (WHERE part = 'text' AND is_up) AS words,
           bool_or(decision = 'taken_down') FILTER (WHERE part = 'text') AS words_down,
           bool_or(decision = 'held') FILTER (WHERE part = 'text') AS words_held,
           max(decided_at) FILTER (WHERE part = 'text' AND decision = 'taken_down') AS words_down_at,
           max(ground) FILTER (WHERE part = 'text' AND decision = 'taken_down') AS words_down_ground,
           -- Back after they had been public: what was held and is released for the first time is no correction.
           max(decided_at) FILTER (WHERE part = 'text' AND decision = 'restored' AND turn > 2) AS words_again_at,
           (array_agg(last.text ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND is_up))[1] AS answer,
           max(written_at) FILTER (WHERE part = 'reply' AND is_up) AS answer_of,
           (array_agg(decided_at ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND is_up))[1] AS answer_at,
           count(*) FILTER (WHERE part = 'reply' AND is_up) AS answers,
           bool_or(decision = 'taken_down') FILTER (WHERE part = 'reply') AS answer_down,
           (array_agg(decided_at ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND decision = 'taken_down'))[1]
               AS answer_down_at,
           (array_agg(ground ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND decision = 'taken_down'))[1]
               AS answer_down_ground,
           bool_or(decision = 'held') FILTER (WHERE part = 'reply' AND written_at = work.replied_at) AS answer_held
      FROM (SELECT DISTINCT ON (release.part, release.written_at) release.part, release.written_at, release.text,
                   release.decision, release.decided_at, release.ground, release.turn,
                   release.raised_to_id, release.decision IN ('released', 'restored') AS is_up
              FROM publicity_release AS release
             WHERE release.review_id = review.id AND release.state = 'confirmed'
             ORDER BY release.part, release.written_at, release.turn DESC) AS last
     WHERE last.raised_to_id IS NULL OR last.decision = 'held'
) AS said ON true
ORDER BY review.assessed_at DESC, review.id
