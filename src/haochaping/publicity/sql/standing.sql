-- Reviews that stand, or stood and have left a note. Whether they have is looked up for each by itself, whatever the planner
-- would rather do with all that was ever released.
SELECT id, level, assessed_at, provenance, item_id, agency_id, comment_text, status, assess_no
FROM reviews_review
WHERE (status NOT IN ('withdrawn', 'excluded')
       OR (SELECT true FROM publicity_release AS release
            WHERE release.review_id = reviews_review.id AND release.part = 'text' AND release.state = 'confirmed'
              AND release.decision IN ('released', 'restored') AND release.raised_to_id IS NULL
            LIMIT 1))
  AND (%(divisions)s::bigint[] IS NULL OR division_id = ANY(%(divisions)s::bigint[]))
  AND (%(agencies)s::bigint[] IS NULL OR agency_id = ANY(%(agencies)s::bigint[]))
  AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
  AND (NOT %(only_bad)s OR level <= 2)
  AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
