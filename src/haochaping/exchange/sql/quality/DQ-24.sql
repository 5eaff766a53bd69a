-- A review from a device of a hall that belongs to no window of the directory, or to one that had been closed by then.
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.window' AS field,
       CASE WHEN review.window_id IS NULL THEN 'not_registered' ELSE 'closed' END AS value_class
  FROM sent_review AS review
  LEFT JOIN directory_window AS place ON place.id = review.window_id
 WHERE review.channel IN ('hall_pad', 'hall_terminal')
   AND (
       place.id IS NULL
       OR place.valid_to < (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
       OR place.valid_from > (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
   )
