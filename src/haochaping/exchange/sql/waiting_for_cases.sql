-- Reviews and steps that wait for one of these (source, case number).
SELECT record.id
FROM exchange_quarantined_record AS record
WHERE record.kind <> 'case' AND record.state = 'waiting'
  AND (record.source, record.case_no) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY record.id
FOR UPDATE OF record SKIP LOCKED
