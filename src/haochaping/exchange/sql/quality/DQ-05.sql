-- The item is not known, its code has not 31 (a handling item 33) characters, or it is nothing but zeros.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field,
       CASE WHEN item.code ~ '^0+$' THEN 'placeholder' ELSE 'form' END AS value_class
  FROM sent_case AS work
  JOIN directory_service_item AS item ON item.id = work.item_id
 WHERE item.code !~ '^[0-9A-Z]{31}([0-9]{2})?$' OR item.code ~ '^0+$'
UNION ALL
SELECT 'record', id::text, platform_id, day, 'case.item', 'unknown'
  FROM put_aside
 WHERE code = 'unknown_item'
