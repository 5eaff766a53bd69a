-- put_aside: records of the scope that could not be taken, and still are not; what is no case and no review is in no card.
SELECT record.id, record.kind, platform.id AS platform_id,
       (record.received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, record.case_no, record.code, record.field,
       record.fields ->> 'assess_no' AS assess_no
  FROM exchange_quarantined_record AS record
  JOIN directory_platform AS platform ON platform.code = record.source
 WHERE record.received_at >= %(since)s AND record.received_at < %(until)s AND record.state IN ('waiting', 'discarded')
   AND record.entrance NOT IN ('token', 'unsigned') AND record.kind <> 'voice'
   AND platform.id = ANY (%(platforms)s::bigint[])
