-- What of a division and week is to be offered, locked, with how many cases of its item and agency were completed in that week,
-- or services of its hall and stage given, if these are fewer: where reviews were given is public by hall (decision 0064).
-- Only those count that somebody has signed: others would make a cell large for whoever sends them. A reply to nobody's words
-- stands where it was given.
SELECT waiting.id, CASE WHEN review.comment_text <> '' THEN least(coalesce(cell.n, 0), coalesce(spot.n, 0)) END
FROM publicity_undecided AS waiting
JOIN reviews_review AS review ON review.id = waiting.review_id
JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
LEFT JOIN LATERAL (
    SELECT sum(fact.n) AS n FROM insight_fact AS fact
     WHERE fact.item_id = review.item_id AND fact.agency_id = review.agency_id AND fact.kind = 'case'
       AND fact.provenance = 'reported' AND fact.day >= %(week)s::date AND fact.day < %(week)s::date + 7
) AS cell ON true
LEFT JOIN LATERAL (
    SELECT sum(fact.n) AS n FROM insight_fact AS fact
     WHERE fact.item_id = review.item_id AND fact.agency_id = review.agency_id AND fact.kind = 'occurrence'
       AND fact.hall_id = coalesce(review.hall_id, 0) AND fact.stage = service.stage
       AND fact.provenance = 'reported' AND fact.day >= %(week)s::date AND fact.day < %(week)s::date + 7
) AS spot ON true
WHERE waiting.offered_at IS NULL AND waiting.division_id = %(division_id)s AND waiting.part = %(part)s
  AND review.changeable_until <= %(now)s AND review.status NOT IN ('withdrawn', 'excluded')
  AND date_trunc('week', review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date = %(week)s
ORDER BY waiting.id
FOR UPDATE OF waiting
