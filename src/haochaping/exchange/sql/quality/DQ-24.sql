-- A review from a device of a hall that belongs to a window which had been closed by then, or was not open yet.
SELECT 'review' AS kind, review.id::text, review.platform_id, review.day, 'review.window' AS field, 'closed' AS value_class
  FROM directory_window AS place
  JOIN sent_review AS review ON review.window_id = place.id AND review.channel IN ('hall_pad', 'hall_terminal')
 WHERE (place.valid_to IS NOT NULL OR place.valid_from IS NOT NULL)
   AND (
       place.valid_to < (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
       OR place.valid_from > (review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date
   )
