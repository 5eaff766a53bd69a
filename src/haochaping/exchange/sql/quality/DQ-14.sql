-- A bad review with neither a code nor words.
SELECT 'review' AS kind, id::text, platform_id, day, 'review.reason' AS field, 'empty' AS value_class
  FROM sent_review
 WHERE level <= 2 AND codes = '' AND comment_text = ''
