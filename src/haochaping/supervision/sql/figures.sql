-- 督办 by rung, agency and month: what was sent by its own month, what was decided by that of the decision.
SELECT reached.month, division.name, agency.name, reached.rung, count(*)
  FROM (
       SELECT date_trunc('month', opened_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
              division_id, agency_id, rung
         FROM supervision_order
        WHERE opened_at >= %(since)s AND state <> 'opened'
        UNION ALL
       SELECT date_trunc('month', proposal.decided_at AT TIME ZONE 'Asia/Shanghai')::date,
              supervision.division_id, supervision.agency_id, proposal.rung
         FROM supervision_proposal AS proposal
         JOIN supervision_order AS supervision ON supervision.id = proposal.supervision_id
        WHERE proposal.state = 'adopted' AND proposal.decided_at >= %(since)s
  ) AS reached
  JOIN directory_division AS division ON division.id = reached.division_id
  JOIN directory_agency AS agency ON agency.id = reached.agency_id
 WHERE division.path >= %(low)s AND division.path < %(high)s
 GROUP BY reached.month, division.name, division.path, agency.name, agency.id, reached.rung
 ORDER BY reached.month DESC, division.path, agency.name, agency.id, reached.rung
