-- The services of (source, case number, occurrence number), with everything that was served there.
SELECT o.id, o.no, o.at, o.name, o.stage, c.id, c.case_no, p.code, c.platform_id, c.division_id, d.path, c.agency_id,
       a.path, c.item_id, o.hall_id, o.window_id, o.staff_id, c.verified,
       CASE WHEN c.status = 'withdrawn' THEN coalesce(c.revised_at, c.told_at, c.updated_at) END
  FROM unnest(%s::text[], %s::text[], %s::smallint[]) AS k (source, case_no, no)
  JOIN directory_platform p ON p.code = k.source
  -- One probe of the unique index per key and table, whatever the planner believes about tables it has not analysed
  -- yet: it would read a whole one for each batch.
 CROSS JOIN LATERAL (
       SELECT * FROM cases_case WHERE platform_id = p.id AND case_no = k.case_no OFFSET 0
       ) AS c
 CROSS JOIN LATERAL (
       SELECT * FROM cases_service_occurrence WHERE case_id = c.id AND no = k.no OFFSET 0
       ) AS o
  JOIN directory_division d ON d.id = c.division_id
  JOIN directory_agency a ON a.id = c.agency_id
