-- given: what was given about a source's services in the scope and the eight weeks before, by the day of giving in Beijing,
-- eight hours ahead, and how often; not what was imported, which is in no rate.
SELECT review.platform_id, date 'epoch' + floor((date_part('epoch', review.assessed_at) + 28800) / 86400)::int AS day,
       review.level, review.channel, review.item_id, review.status = 'effective' AS stands,
       review.sent_by LIKE 'reviewer:%%' AS by_reviewer, count(*) AS n
  FROM reviews_review AS review
 WHERE review.assessed_at >= %(since)s::timestamptz - make_interval(days => %(former_days)s) AND review.assessed_at < %(until)s
   AND review.provenance <> 'bulk_import'
   AND review.platform_id = ANY (%(platforms)s::bigint[])
 GROUP BY 1, 2, 3, 4, 5, 6, 7
