-- The item is not known, its code has not 31 (a handling item 33) characters, or it is nothing but zeros.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field, odd.value_class
  FROM (
      SELECT item.id AS item_id, CASE WHEN item.code ~ '^0+$' THEN 'placeholder' ELSE 'form' END AS value_class
        FROM directory_service_item AS item
       WHERE item.id IN (SELECT told.item_id FROM told)
         AND (item.code !~ '^[0-9A-Z]{31}([0-9]{2})?$' OR item.code ~ '^0+$')
  ) AS odd
  JOIN sent_case AS work USING (item_id)
UNION ALL
SELECT 'record', id::text, platform_id, day, 'case.item', 'unknown'
  FROM put_aside
 WHERE code = 'unknown_item'
