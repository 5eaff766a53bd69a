-- Platforms that may send on a day, with where they lie and the first day of which there is a card.
SELECT platform.id, platform.code, division.id, division.path,
       (SELECT min(card.day) FROM exchange_quality_card AS card WHERE card.platform_id = platform.id)
  FROM directory_platform AS platform
  JOIN directory_division AS division ON division.id = platform.division_id
 WHERE (platform.valid_from IS NULL OR platform.valid_from <= %(day)s)
   AND (platform.valid_to IS NULL OR platform.valid_to >= %(day)s)
   AND (%(code)s = '' OR platform.code = %(code)s)
 ORDER BY platform.id
