-- A review from a device of a hall that belongs to no window of the directory, or to one that had been closed by then.
SELECT 'review' AS kind, id::text, platform_id, day, 'review.window' AS field, 'not_registered' AS value_class
  FROM sent_review
 WHERE channel IN ('hall_pad', 'hall_terminal') AND window_id IS NULL
UNION ALL
SELECT 'review', review.id::text, review.platform_id, review.day, 'review.window', 'closed'
  FROM directory_window AS place
  JOIN sent_review AS review ON review.window_id = place.id AND review.channel IN ('hall_pad', 'hall_terminal')
 WHERE (place.valid_to IS NOT NULL OR place.valid_from IS NOT NULL)
   AND (
       place.valid_to < (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
       OR place.valid_from > (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
   )
