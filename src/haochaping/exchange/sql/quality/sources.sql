-- Platforms that may send on a day, with where they lie, the first day of which there is a card of rows, and whether the
-- day was ever found to differ from what its sender holds: such a day is judged also where nothing came on it.
SELECT platform.id, platform.code, division.id, division.path,
       (SELECT min(card.day) FROM exchange_quality_card AS card
         WHERE card.platform_id = platform.id AND card.reviews + card.cases + card.reviews_aside + card.cases_aside > 0),
       differs.once
  FROM directory_platform AS platform
  JOIN directory_division AS division ON division.id = platform.division_id
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM exchange_reconciliation AS told
                       WHERE told.platform_id = platform.id AND told.day = %(day)s AND told.differed_at IS NOT NULL)) AS differs (once)
 WHERE (differs.once OR ((platform.valid_from IS NULL OR platform.valid_from <= %(day)s)
                         AND (platform.valid_to IS NULL OR platform.valid_to >= %(day)s)))
   AND (%(code)s = '' OR platform.code = %(code)s)
 ORDER BY platform.id
