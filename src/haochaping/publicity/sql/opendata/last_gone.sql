-- When words last ceased to be public: taken down by two publishers, or with their review, which was withdrawn or excluded.
SELECT max(at) FROM (
    SELECT max(decided_at) AS at FROM publicity_release WHERE state = 'confirmed' AND decision = 'taken_down'
    UNION ALL
    SELECT max(change.changed_at) FROM reviews_review_change AS change
    WHERE change.kind = 'withdrawn'
      AND change.review_id IN (SELECT review_id FROM publicity_release WHERE state = 'confirmed')
    UNION ALL
    SELECT max(excluded_at) FROM reviews_exclusion
    WHERE review_id IN (SELECT review_id FROM publicity_release WHERE state = 'confirmed')
) AS gone
