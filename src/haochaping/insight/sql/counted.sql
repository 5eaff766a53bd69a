-- Cases, services, reviews and invitations of some days counted from their rows, beside what the figures say: what differs.
-- Written apart from the rules by which the figures move (insight/rules/units.py), so that not both are wrong in one way.
-- One statement sees rows and figures as they stood at one moment; whoever changes a row changes its figure with it.
WITH served AS (
    SELECT o.id, (o.at AT TIME ZONE 'Asia/Shanghai')::date AS day, c.division_id, c.agency_id, c.item_id,
           coalesce(o.hall_id, 0) AS hall_id, o.stage, c.verified, c.status = 'withdrawn' AS withdrawn
      FROM cases_service_occurrence AS o
      JOIN cases_case AS c ON c.id = o.case_id
     WHERE o.at >= %(begin)s AND o.at < %(until)s
), spoken AS ( -- of each service the first review, where it was not taken back
    SELECT served.*, r.channel, r.provenance, r.sent_by,
           r.status <> 'excluded' AND r.provenance IN (
               'active_self', 'active_onsite_device', 'active_paper_entered', 'hotline_call_back') AS active
      FROM served
      JOIN reviews_review AS r ON r.occurrence_id = served.id AND r.assess_no = 1
     WHERE r.status <> 'withdrawn'
), given AS (
    SELECT r.id, (r.assessed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, r.division_id, r.agency_id, r.item_id,
           r.channel, r.level, r.provenance, coalesce(r.hall_id, 0) AS hall_id, o.stage, r.status, r.assess_no
      FROM reviews_review AS r
      JOIN cases_service_occurrence AS o ON o.id = r.occurrence_id
     WHERE r.assessed_at >= %(begin)s AND r.assessed_at < %(until)s AND r.status IN ('effective', 'excluded')
), done AS ( -- cases by the day they were completed, with when they began, where both are told
    SELECT division_id, agency_id, item_id, trips, materials, worked_days,
           (completed_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           CASE WHEN completed_at >= coalesce(accepted_at, applied_at)
                THEN (coalesce(accepted_at, applied_at) AT TIME ZONE 'Asia/Shanghai')::date END AS begun,
           nullif(split_part(promised_limit, ' ', 1), '')::int AS n, split_part(promised_limit, ' ', 2) AS unit
      FROM cases_case
     WHERE verified AND status = 'completed' AND completed_at >= %(begin)s AND completed_at < %(until)s
), handled AS (
    SELECT done.*,
           CASE WHEN unit = 'working_day' AND worked_days IS NOT NULL THEN n END AS promised,
           CASE WHEN begun IS NULL OR n IS NULL THEN NULL
                WHEN unit = 'working_day' THEN worked_days <= n
                WHEN unit = 'day' THEN day - begun <= n
                WHEN unit = 'month' THEN day <= (begun + make_interval(months => least(n, 12000)))::date
                ELSE day <= (begun + make_interval(years => least(n, 1000)))::date END AS kept
      FROM done
), counted AS (
    SELECT 'case' AS kind, day, division_id, agency_id, item_id, '' AS channel, 0 AS level,
           CASE WHEN verified THEN 'reported' ELSE 'unverified' END AS provenance, 0::bigint AS hall_id, '' AS stage,
           count(*) AS n
      FROM (
          SELECT c.*, (coalesce(c.applied_at, c.accepted_at, c.received_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
            FROM cases_case AS c
           WHERE coalesce(c.applied_at, c.accepted_at, c.received_at) >= %(begin)s
             AND coalesce(c.applied_at, c.accepted_at, c.received_at) < %(until)s
      ) AS told
     GROUP BY day, division_id, agency_id, item_id, verified
    UNION ALL
    SELECT 'occurrence', day, division_id, agency_id, item_id, '', 0,
           CASE WHEN verified THEN 'reported' ELSE 'unverified' END, hall_id, stage, count(*)
      FROM served
     WHERE NOT withdrawn
     GROUP BY day, division_id, agency_id, item_id, verified, hall_id, stage
    UNION ALL -- what somebody had reviewed could be reviewed
    SELECT 'occurrence', day, division_id, agency_id, item_id, '', 0,
           CASE WHEN verified THEN 'reported' ELSE 'unverified' END, hall_id, stage, count(*)
      FROM spoken
     WHERE withdrawn
     GROUP BY day, division_id, agency_id, item_id, verified, hall_id, stage
    UNION ALL
    SELECT 'reviewed', day, division_id, agency_id, item_id, channel, 0, provenance, hall_id, stage, count(*)
      FROM spoken
     WHERE verified AND active
     GROUP BY day, division_id, agency_id, item_id, channel, provenance, hall_id, stage
    UNION ALL
    SELECT 'responded', day, division_id, agency_id, item_id, channel, 0, provenance, hall_id, stage, count(*)
      FROM spoken
     WHERE verified AND active AND NOT withdrawn
       AND (provenance = 'active_self' AND starts_with(sent_by, 'reviewer:')
            OR provenance = 'hotline_call_back' AND starts_with(sent_by, 'system:'))
     GROUP BY day, division_id, agency_id, item_id, channel, provenance, hall_id, stage
    UNION ALL
    SELECT 'invited', day, division_id, agency_id, item_id, '', 0, reach, hall_id, stage, count(*)
      FROM (
          SELECT served.*,
                 CASE WHEN i.asked > 1 OR i.asked = 1 AND i.message IS NULL THEN 'delivered'
                      WHEN i.asking_ended = 'by_phone' THEN 'called'
                      WHEN i.asked = 1 THEN 'sent'
                      WHEN i.failed > 0 THEN 'failed'
                      ELSE 'issued' END AS reach
            FROM served
            JOIN reviews_invitation AS i ON i.occurrence_id = served.id
           WHERE verified AND NOT withdrawn
      ) AS asked
     GROUP BY day, division_id, agency_id, item_id, reach, hall_id, stage
    UNION ALL
    SELECT 'review', day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, count(*)
      FROM given
     WHERE status = 'effective'
     GROUP BY day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
    UNION ALL
    SELECT 'handled', day, division_id, agency_id, item_id, '', 0,
           CASE WHEN kept THEN 'kept' WHEN NOT kept THEN 'late' ELSE '' END AS verdict, 0, '', count(*)
      FROM handled
     GROUP BY day, division_id, agency_id, item_id, verdict
    UNION ALL
    SELECT told.kind, day, division_id, agency_id, item_id, '', told.number, '', 0, '', count(*)
      FROM handled
     CROSS JOIN LATERAL (VALUES ('promised', promised), ('took', CASE WHEN promised IS NOT NULL THEN worked_days END),
                                ('trips', trips), ('materials', materials)) AS told (kind, number)
     WHERE told.number IS NOT NULL
     GROUP BY told.kind, day, division_id, agency_id, item_id, told.number
    UNION ALL
    SELECT 'follow_up', day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, count(*)
      FROM given
     WHERE status = 'effective' AND assess_no > 1
     GROUP BY day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
    UNION ALL
    SELECT e.reason_class, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, count(*)
      FROM given
      JOIN reviews_exclusion AS e ON e.review_id = given.id
     WHERE status = 'excluded'
     GROUP BY e.reason_class, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
), there AS (
    SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, sum(n) AS n
      FROM counted
     GROUP BY kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
), held AS (
    SELECT kind, day, division_id, agency_id, item_id, channel, level::int, provenance, hall_id, stage, sum(n) AS n
      FROM (
          SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, n FROM insight_fact
          UNION ALL
          SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage, n
            FROM insight_fact_delta
      ) AS figure
     WHERE day >= %(first)s AND day < %(end)s
       AND kind IN ('case', 'occurrence', 'reviewed', 'responded', 'invited', 'review', 'follow_up', 'mistaken', 'malicious',
                    'handled', 'promised', 'took', 'trips', 'materials')
     GROUP BY kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage
)
SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage,
       coalesce(there.n, 0)::bigint, coalesce(held.n, 0)::bigint
  FROM there
  FULL JOIN held USING (kind, day, division_id, agency_id, item_id, channel, level, provenance, hall_id, stage)
 WHERE coalesce(there.n, 0) <> coalesce(held.n, 0)
 ORDER BY day, kind, division_id, agency_id, item_id, hall_id, channel, level, provenance, stage
