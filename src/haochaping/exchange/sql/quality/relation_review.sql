-- sent_review: the reviews that sources sent in the scope, with their service and case. What people gave here themselves
-- is nobody's report. `codes` are joined by commas; `arrived_at` is when it first came, also where it waited in quarantine;
-- history has no delay; the day is that in Beijing, eight hours ahead. Only what a rule reads is here: every column is written once for each review.
SELECT review.id, review.platform_id, date 'epoch' + floor((date_part('epoch', review.received_at) + 28800) / 86400)::int AS day,
       coalesce(record.received_at, review.received_at) AS arrived_at, review.provenance <> 'bulk_import' AS timed,
       review.assessed_at, review.assess_no, review.level, review.indicator_set, array_to_string(review.indicator_codes, ',') AS codes,
       review.comment_text, review.channel, review.item_id, review.window_id, review.staff_id, review.occurrence_id,
       service.channel AS service_channel,
       floor(date_part('epoch', review.assessed_at))::bigint AS second,
       floor(date_part('epoch', review.assessed_at - service.at))::bigint AS after_service,
       floor(date_part('epoch', review.assessed_at - work.completed_at))::bigint AS after_completion
  FROM reviews_review AS review
  JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
  JOIN cases_case AS work ON work.id = service.case_id
  LEFT JOIN exchange_quarantined_record AS record ON record.result_id = review.id AND record.state = 'taken' AND record.kind = 'review'
 WHERE review.id >= %(first)s AND review.id < %(end)s AND review.sent_by NOT LIKE 'reviewer:%%'
   AND review.platform_id = ANY (%(platforms)s::bigint[])
