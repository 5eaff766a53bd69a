-- The same case again under its number with the two digits of its province before it. The same review twice a unique key
-- forbids, and what intake refuses as other content under a known key is stored nowhere.
SELECT 'case' AS kind, again.id::text, again.platform_id, again.day, 'case.case_no' AS field, 'with_prefix' AS value_class
  FROM agreed
  JOIN sent_case AS again ON again.platform_id = agreed.platform_id AND left(again.case_no, 2) = left(agreed.code, 2)
  JOIN cases_case AS work ON work.platform_id = again.platform_id AND work.case_no = substr(again.case_no, 3)
 WHERE length(again.case_no) > 8 AND work.item_id = again.item_id
   AND work.applied_at IS NOT DISTINCT FROM again.applied_at
