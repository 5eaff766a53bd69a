SELECT id, assessed_at, level, status, channel, indicator_codes, division_id, agency_id
FROM reviews_review
WHERE {only}
  AND assessed_at >= %(begin)s::timestamptz AND assessed_at < %(end)s::timestamptz
  AND (assessed_at, id) < (%(at)s::timestamptz, %(after)s::uuid)
ORDER BY assessed_at DESC, id DESC
LIMIT %(each)s
