-- The item was not in force on the day of the case, or belongs to another agency than the one that dealt with it.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.item' AS field,
       CASE WHEN agency.path LIKE owner.path || '%%' THEN 'not_in_force' ELSE 'other_agency' END AS value_class
  FROM sent_case AS work
  JOIN directory_service_item AS item ON item.id = work.item_id
  JOIN directory_agency AS owner ON owner.id = item.agency_id
  JOIN directory_agency AS agency ON agency.id = work.agency_id
 WHERE agency.path NOT LIKE owner.path || '%%'
    OR item.valid_from > (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
    OR item.valid_to < (coalesce(work.applied_at, work.accepted_at, work.received_at) AT TIME ZONE 'Asia/Shanghai')::date
