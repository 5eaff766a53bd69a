-- Sealed persons, sealed before a moment, whom nothing needs. Without %(closed_before)s everything that names a person
-- needs them; with it, a case or review needs its person no more once it and its work order closed before that moment;
-- a merged work order lasts as long as the one it is answered with. %(asked_by)s is a request that its persons be erased:
-- it does not need them itself, nor does what was to be sent to them. %(among)s asks about some persons only.
WITH
asked AS (SELECT %(closed_before)s::timestamptz AS closed_before),
lively AS (
    SELECT review.id, review.person_id, service.case_id
    FROM reviews_review AS review
    CROSS JOIN asked
    JOIN cases_service_occurrence AS service ON service.id = review.occurrence_id
    LEFT JOIN rectification_work_order AS ordered ON ordered.review_id = review.id
    LEFT JOIN rectification_work_order AS lead ON lead.id = ordered.merged_into_id
    WHERE asked.closed_before IS NULL
       OR review.received_at >= asked.closed_before
       OR coalesce(lead.state, ordered.state) NOT IN ('closed', 'merged', 'excluded', 'cancelled')
       OR coalesce(lead.closed_at, ordered.closed_at) >= asked.closed_before
),
needed AS (
    SELECT unnest(ARRAY[work.person_id, work.agent_id]) AS id
    FROM cases_case AS work
    CROSS JOIN asked
    WHERE (work.person_id IS NOT NULL OR work.agent_id IS NOT NULL)
      AND (
          asked.closed_before IS NULL
          OR work.status NOT IN ('completed', 'rejected', 'withdrawn')
          OR coalesce(work.completed_at, work.updated_at) >= asked.closed_before
          OR work.id IN (SELECT lively.case_id FROM lively)
      )
    UNION ALL
    SELECT lively.person_id FROM lively
    UNION ALL
    SELECT unnest(voice.persons || voice.person_id)
    FROM voices_voice AS voice CROSS JOIN asked
    WHERE (asked.closed_before IS NULL OR voice.closed_at IS NULL OR voice.closed_at >= asked.closed_before)
      AND voice.id IS DISTINCT FROM %(asked_by)s::uuid
    UNION ALL
    SELECT named.value::uuid
    FROM exchange_quarantined_record AS record, jsonb_each_text(record.sealed) AS named
    WHERE record.state = 'waiting'
    UNION ALL
    SELECT named.value::uuid FROM exchange_visit AS visit, jsonb_each_text(visit.sealed) AS named
    UNION ALL
    SELECT thread.person FROM notices_thread AS thread CROSS JOIN asked WHERE asked.closed_before IS NULL
    UNION ALL
    SELECT delivery.person
    FROM notices_delivery AS delivery
    WHERE delivery.state NOT IN ('sent', 'no_phone', 'unclear', 'replaced', 'given_up') AND %(asked_by)s::uuid IS NULL
    UNION ALL
    SELECT request.person
    FROM identity_opening_request AS request
    WHERE request.state IN ('requested', 'seconded', 'approved')
       OR (request.state = 'opened' AND request.told_at IS NULL AND NOT request.told_forbidden)
)
SELECT sealed.id
FROM identity_sealed_person AS sealed
WHERE sealed.id < %(first_kept)s
  AND (%(among)s::uuid[] IS NULL OR sealed.id = ANY (%(among)s::uuid[]))
  AND NOT EXISTS (SELECT FROM needed WHERE needed.id = sealed.id)
ORDER BY sealed.id
LIMIT %(limit)s
