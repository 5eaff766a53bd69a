-- A handling item (33 characters) whose first 31 are not the code of the item it stands under.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field, 'other_item' AS value_class
  FROM (
      SELECT item.id AS item_id
        FROM directory_service_item AS item
        JOIN directory_service_item AS above ON above.id = item.parent_id
       WHERE item.id IN (SELECT told.item_id FROM told) AND length(item.code) = 33 AND left(item.code, 31) <> above.code
  ) AS odd
  JOIN sent_case AS work USING (item_id)
