-- The item was not in force on the day of the case.
WITH item AS MATERIALIZED (
    SELECT item.id AS item_id, item.valid_from, item.valid_to
      FROM directory_service_item AS item
     WHERE (item.valid_from IS NOT NULL OR item.valid_to IS NOT NULL) AND item.id IN (SELECT told.item_id FROM told)
)
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field, 'not_in_force' AS value_class
  FROM item
  JOIN sent_case AS work USING (item_id)
 WHERE item.valid_from > (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
    OR item.valid_to < (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
