-- The set of indicators is not known, or the record does not follow the schema.
SELECT 'review' AS kind, id::text, platform_id, day, 'review.indicator_set' AS field, 'unknown' AS value_class
  FROM sent_review
 WHERE indicator_set NOT IN (SELECT known.code FROM reviews_indicator_set AS known)
UNION ALL
SELECT 'record', id::text, platform_id, day, kind || '.shape', code
  FROM put_aside
 WHERE code = ANY (%(shapes)s)
