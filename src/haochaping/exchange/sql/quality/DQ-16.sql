-- A follow-up review without a first one, or given before it.
SELECT 'review' AS kind, again.id::text, again.platform_id, again.day, 'review.assess_no' AS field,
       CASE WHEN first.id IS NULL THEN 'no_first' ELSE 'before_first' END AS value_class
  FROM sent_review AS again
  LEFT JOIN reviews_review AS first ON first.occurrence_id = again.occurrence_id AND first.assess_no = 1
 WHERE again.assess_no = 2 AND (first.id IS NULL OR first.assessed_at > again.assessed_at)
UNION ALL
SELECT 'record', id::text, platform_id, day, 'review.assess_no', code
  FROM put_aside
 WHERE code = 'no_follow_up'
