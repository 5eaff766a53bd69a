SELECT id, assessed_at, level, status, channel, indicator_codes, division_id, agency_id
FROM reviews_review
WHERE {conditions}
ORDER BY assessed_at DESC, id DESC
LIMIT %(each)s
