-- The item was not in force on the day of the case, or belongs to another agency than the one that dealt with it.
WITH other AS (
    SELECT DISTINCT told.item_id, told.agency_id
      FROM told
      JOIN directory_service_item AS item ON item.id = told.item_id
      JOIN directory_agency AS owner ON owner.id = item.agency_id
      JOIN directory_agency AS agency ON agency.id = told.agency_id
     WHERE NOT starts_with(agency.path, owner.path)
)
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field, 'other_agency' AS value_class
  FROM sent_case AS work
  JOIN other USING (item_id, agency_id)
UNION ALL
SELECT 'case', work.id::text, work.platform_id, work.day, 'case.item', 'not_in_force'
  FROM sent_case AS work
  JOIN directory_service_item AS item ON item.id = work.item_id AND (item.valid_from IS NOT NULL OR item.valid_to IS NOT NULL)
 WHERE item.valid_from > (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
    OR item.valid_to < (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
