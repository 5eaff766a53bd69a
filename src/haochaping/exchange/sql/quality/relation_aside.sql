-- put_aside: records of the scope that could not be taken, and still are not; what is no case and no review is in no card. A
-- review of a visit is its giver's, but that it waits for its case is its source's doing: of the source it is that case.
-- `in_rates`: not sent as what is in no rate when it is taken (reviews/rules.py: provenance_of).
SELECT record.id, CASE WHEN record.sender LIKE 'reviewer:%%' THEN 'case' ELSE record.kind END AS kind, platform.id AS platform_id,
       (record.received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, record.case_no, record.code, record.field,
       record.fields ->> 'assess_no' AS assess_no,
       record.entrance NOT IN ('file', 'history', 'unsigned')
       AND record.fields ->> 'claimed_provenance' IS DISTINCT FROM 'bulk_import' AS in_rates
  FROM exchange_quarantined_record AS record
  JOIN directory_platform AS platform ON platform.code = record.source
 WHERE record.received_at >= %(since)s AND record.received_at < %(until)s AND record.state IN ('waiting', 'discarded')
   AND record.entrance <> 'token' AND record.kind <> 'voice' AND (record.sender NOT LIKE 'reviewer:%%' OR record.code = 'orphan')
   AND platform.id = ANY (%(platforms)s::bigint[])
