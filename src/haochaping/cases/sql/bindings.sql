-- Services with everything that was served there; the condition is appended.
SELECT o.id, o.no, o.at, o.name, o.stage, c.id, c.case_no, p.code, c.platform_id, c.division_id, d.path, c.agency_id,
       a.path, c.item_id, o.hall_id, o.window_id, o.staff_id, c.verified,
       CASE WHEN c.status = 'withdrawn' THEN coalesce(c.revised_at, c.told_at, c.updated_at) END
  FROM cases_service_occurrence o
  JOIN cases_case c ON c.id = o.case_id
  JOIN directory_platform p ON p.id = c.platform_id
  JOIN directory_division d ON d.id = c.division_id
  JOIN directory_agency a ON a.id = c.agency_id
 WHERE 