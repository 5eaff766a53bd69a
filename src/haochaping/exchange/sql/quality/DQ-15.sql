-- The same case again under a number with a prefix, the two digits of its province. The same review twice a unique key
-- forbids, and what intake refuses as other content under a known key is stored nowhere.
WITH prefixed AS MATERIALIZED (
    SELECT one.id, one.platform_id, one.day, one.case_no, one.item_id, one.applied_at
      FROM sent_case AS one
      JOIN agreed USING (platform_id)
     WHERE starts_with(one.case_no, agreed.home_province) AND length(one.case_no) > 8
)
SELECT 'case' AS kind, one.id::text, one.platform_id, one.day, 'case.case_no' AS field, 'with_prefix' AS value_class
  FROM prefixed AS one
 WHERE EXISTS (
       SELECT FROM cases_case AS work
        WHERE work.platform_id = one.platform_id AND work.case_no = substr(one.case_no, 3) AND work.item_id = one.item_id
          AND work.applied_at IS NOT DISTINCT FROM one.applied_at
       OFFSET 0 -- looked up for the few that begin so, not joined with all
   )
