-- Words that stand under a division and without item and agency, the newest decisions first: of each review the text and the
-- last reply as the last decision of two publishers lets them out, with what was taken down.
-- Read from the newest on, each review at the newest of its decisions: not all that was ever raised is looked through.
WITH chosen AS (
    SELECT release.review_id, release.decided_at AS published_at
      FROM publicity_release AS release
      JOIN reviews_review AS review ON review.id = release.review_id
     WHERE release.raised_to_id = %(division_id)s AND release.state = 'confirmed'
       AND release.decision IN ('released', 'restored') AND review.status NOT IN ('withdrawn', 'excluded')
       AND (SELECT true FROM publicity_release AS later
             WHERE later.review_id = release.review_id AND later.raised_to_id = release.raised_to_id
               AND later.state = 'confirmed' AND later.decision IN ('released', 'restored')
               AND (later.decided_at, later.id) > (release.decided_at, release.id)
             LIMIT 1) IS NULL
     ORDER BY release.decided_at DESC, release.review_id
     LIMIT %(limit)s OFFSET %(offset)s
)
SELECT review.level, review.assessed_at, said.words, said.words_down_at, coalesce(said.words_down_ground, ''),
       said.answer, said.answer_down_at, coalesce(said.answer_down_ground, '')
FROM chosen
JOIN reviews_review AS review ON review.id = chosen.review_id
JOIN LATERAL (
    SELECT min(last.text) FILTER (WHERE part = 'text' AND is_up) AS words,
           max(decided_at) FILTER (WHERE part = 'text' AND decision = 'taken_down') AS words_down_at,
           max(ground) FILTER (WHERE part = 'text' AND decision = 'taken_down') AS words_down_ground,
           (array_agg(last.text ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND is_up))[1] AS answer,
           (array_agg(decided_at ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND decision = 'taken_down'))[1]
               AS answer_down_at,
           (array_agg(ground ORDER BY written_at DESC) FILTER (WHERE part = 'reply' AND decision = 'taken_down'))[1]
               AS answer_down_ground
      FROM (SELECT DISTINCT ON (release.part, release.written_at) release.part, release.written_at, release.text,
                   release.decision, release.decided_at, release.ground, release.decision IN ('released', 'restored') AS is_up
              FROM publicity_release AS release
             WHERE release.review_id = chosen.review_id AND release.state = 'confirmed'
               AND release.raised_to_id IS NOT NULL
             ORDER BY release.part, release.written_at, release.turn DESC) AS last
) AS said ON true
ORDER BY chosen.published_at DESC, chosen.review_id
