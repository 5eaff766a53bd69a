-- Reviews that wait for a service which is there by now: they came while its case was being written.
SELECT record.id
FROM exchange_quarantined_record AS record
JOIN directory_platform AS platform ON platform.code = record.source
JOIN cases_case AS work ON work.platform_id = platform.id AND work.case_no = record.case_no
JOIN cases_service_occurrence AS service
  ON service.case_id = work.id AND service.no::text = record.fields ->> 'occurrence_no'
WHERE record.kind = 'review' AND record.state = 'waiting' AND record.code IN ('orphan', 'unknown_source')
ORDER BY record.id
LIMIT %(limit)s
FOR UPDATE OF record SKIP LOCKED
