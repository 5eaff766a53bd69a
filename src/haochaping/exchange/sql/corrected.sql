-- Records that wait (all, or the one named) while what their sender has sent since under the same number was taken, with the id of that. What was
-- taken out of quarantine since says nothing: it may be older than the record that still waits. Of a case the version that
-- the record states and the one that is stored come along: what is older corrects nothing.
SELECT record.id, taken.id, CASE record.kind WHEN 'case' THEN record.fields ->> 'revised_at' END, work.revised_at
  FROM exchange_quarantined_record AS record
  JOIN directory_platform AS platform ON platform.code = record.source
  JOIN cases_case AS work ON work.platform_id = platform.id AND work.case_no = record.case_no
 CROSS JOIN LATERAL (
     SELECT review.id
       FROM cases_service_occurrence AS service
       JOIN reviews_review AS review
         ON review.occurrence_id = service.id AND review.assess_no::text = coalesce(record.fields ->> 'assess_no', '1')
      WHERE record.kind = 'review' AND service.case_id = work.id AND service.no::text = record.fields ->> 'occurrence_no'
        AND review.sent_by = record.sender AND review.received_at > record.received_at
     UNION ALL
     SELECT work.id WHERE record.kind = 'case' AND work.verified AND work.updated_at > record.received_at
 ) AS taken
 WHERE record.state = 'waiting' AND (%(only)s::uuid IS NULL OR record.id = %(only)s::uuid) AND record.entrance IN ('client', 'file')
   AND NOT EXISTS (
       SELECT FROM exchange_quarantined_record AS other
        WHERE other.result_id = taken.id AND other.state = 'taken' AND other.settled_at > record.received_at
   )
