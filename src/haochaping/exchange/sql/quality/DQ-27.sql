-- A mobile number or the number of an identity card in the words of a review.
SELECT 'review' AS kind, id::text, platform_id, day, 'review.comment_text' AS field, 'personal_number' AS value_class
  FROM sent_review
 WHERE comment_text <> ''
   AND (comment_text ~ '(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)' OR comment_text ~ '(^|[^0-9])[1-9][0-9]{16}[0-9Xx]([^0-9]|$)')
