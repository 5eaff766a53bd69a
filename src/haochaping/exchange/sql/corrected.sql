-- Records that wait (all, or those named) while what their sender has sent since under the same number was taken, with the id of that. What an
-- unsigned address told corrects nothing that a platform has sent, and a record that alone knows of a service is still to be taken. Of a case
-- the version that the record states and the one that is stored come along: what is older corrects nothing.
WITH record AS NOT MATERIALIZED (
    SELECT waits.*, platform.id AS platform_id
      FROM exchange_quarantined_record AS waits
      JOIN directory_platform AS platform ON platform.code = waits.source
     WHERE waits.state = 'waiting' AND (%(among)s::uuid[] IS NULL OR waits.id = ANY(%(among)s::uuid[]))
), unsigned (entrance) AS (VALUES ('unsigned'), ('history'))
SELECT record.id, work.id, record.fields ->> 'revised_at', work.revised_at
  FROM record
  JOIN cases_case AS work ON work.platform_id = record.platform_id AND work.case_no = record.case_no
 WHERE record.kind = 'case' AND coalesce(work.told_at, work.updated_at) > record.received_at
   AND (work.verified OR record.entrance IN (TABLE unsigned))
   AND NOT EXISTS (
       SELECT FROM jsonb_path_query(record.fields, 'lax $.occurrences[*].no') AS told (no)
        WHERE told.no #>> '{}' ~ '^[1-9][0-9]?$'
          AND NOT EXISTS (SELECT FROM cases_service_occurrence AS service WHERE service.case_id = work.id AND service.no::text = told.no #>> '{}')
   )
UNION ALL
SELECT record.id, taken.id, NULL, NULL
  FROM record
 CROSS JOIN LATERAL (
     SELECT review.id
       FROM cases_case AS work
       JOIN cases_service_occurrence AS service ON service.case_id = work.id AND service.no::text = record.fields ->> 'occurrence_no'
       JOIN reviews_review AS review
         ON review.occurrence_id = service.id AND review.assess_no::text = coalesce(record.fields ->> 'assess_no', '1')
      WHERE record.kind = 'review' AND record.entrance IN ('client', 'file', 'history', 'reported')
        AND work.platform_id = record.platform_id AND work.case_no = record.case_no
        AND review.sent_by = record.sender AND review.received_at > record.received_at
     UNION ALL
     -- Both ids are in the order of arrival: an entry says itself when it was given, long ago.
     SELECT voice.id
       FROM voices_voice AS voice
      WHERE record.kind = 'voice' AND voice.platform_id = record.platform_id AND voice.entry_no = record.fields ->> 'entry_no'
        AND voice.received_by = record.sender AND voice.id > record.id
 ) AS taken
 -- One that had waited longer was no correction.
 WHERE NOT EXISTS (
       SELECT FROM exchange_quarantined_record AS other
        WHERE other.result_id = taken.id AND other.state = 'taken' AND other.received_at <= record.received_at
   )
