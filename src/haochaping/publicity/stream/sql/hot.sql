-- Of these reviews, bad and good ones apart: how many they are, how many name a reason, the reasons named most, and of each the
-- newest review whose words were released. What nobody is known to have said is not counted.
WITH given AS MATERIALIZED (
    SELECT id, level <= 2 AS bad, assessed_at, indicator_codes, comment_text <> '' AS has_words
    FROM reviews_review
    WHERE id = ANY(%(ids)s::uuid[]) AND status = 'effective' AND provenance = ANY(%(active)s::varchar[])
), asked AS (
    SELECT bad, count(*) AS reviews, count(*) FILTER (WHERE indicator_codes <> '{}') AS named, min(assessed_at) AS since
    FROM given
    GROUP BY bad
), ranked AS (
    SELECT bad, code, count(DISTINCT id) AS reviews,
           row_number() OVER (PARTITION BY bad ORDER BY count(DISTINCT id) DESC, code) AS nth
    FROM given CROSS JOIN unnest(indicator_codes) AS code
    GROUP BY bad, code
), released AS MATERIALIZED (
    SELECT given.id, given.assessed_at, given.indicator_codes
    FROM given
    JOIN LATERAL (
        SELECT release.decision
        FROM publicity_release AS release
        WHERE release.review_id = given.id AND release.part = 'text' AND release.state = 'confirmed'
        ORDER BY release.written_at DESC, release.turn DESC
        LIMIT 1
    ) AS last ON last.decision IN ('released', 'restored')
    WHERE given.has_words
)
SELECT asked.bad, asked.reviews, asked.named, asked.since, ranked.code, ranked.reviews, comment.id
FROM asked
LEFT JOIN ranked ON ranked.bad = asked.bad AND ranked.nth <= %(limit)s
LEFT JOIN LATERAL (
    SELECT released.id
    FROM released
    WHERE released.indicator_codes @> ARRAY[ranked.code]
    ORDER BY released.assessed_at DESC, released.id DESC
    LIMIT 1
) AS comment ON true
ORDER BY asked.bad DESC, ranked.nth
