-- Steps that wait for a case which is there by now; one that was tried with it waits for something else.
SELECT record.id
FROM exchange_quarantined_record AS record
JOIN directory_platform AS platform ON platform.code = record.source
JOIN cases_case AS work ON work.platform_id = platform.id AND work.case_no = record.case_no
WHERE record.kind = 'step' AND record.state = 'waiting' AND record.code = 'early_step'
ORDER BY record.id
LIMIT %(limit)s
FOR UPDATE OF record SKIP LOCKED
