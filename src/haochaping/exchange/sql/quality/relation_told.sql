-- told: which places and items the cases of a source's day name together, what these are called in the directory, and how
-- many of each status there are; few rows, however many cases there are. `one_no` is the number of one of them, `corrected`
-- those that were changed later than a late report may be after they were completed, `timed` those whose delay means
-- something.
SELECT counted.platform_id, counted.day, counted.division_id, counted.agency_id, counted.item_id, counted.status, counted.n,
       counted.corrected, counted.timed, counted.one_no, division.code AS division_code, agency.uscc AS agency_uscc, agency.path AS agency_path,
       item.code AS item_code, above.code AS item_above, owner.path AS owner_path
  FROM (
      SELECT work.platform_id, work.day, work.division_id, work.agency_id, work.item_id, work.status, count(*) AS n,
             count(*) FILTER (
                 WHERE work.verified AND work.status = 'completed'
                   AND work.updated_at > greatest(work.completed_at, work.received_at) + agreed.very_late_after
             ) AS corrected,
             count(*) FILTER (WHERE work.verified) AS timed,
             min(work.case_no COLLATE "C") AS one_no
        FROM sent_case AS work
        JOIN agreed USING (platform_id)
       GROUP BY work.platform_id, work.day, work.division_id, work.agency_id, work.item_id, work.status
  ) AS counted
  JOIN directory_division AS division ON division.id = counted.division_id
  JOIN directory_agency AS agency ON agency.id = counted.agency_id
  JOIN directory_service_item AS item ON item.id = counted.item_id
  JOIN directory_agency AS owner ON owner.id = item.agency_id
  LEFT JOIN directory_service_item AS above ON above.id = item.parent_id
