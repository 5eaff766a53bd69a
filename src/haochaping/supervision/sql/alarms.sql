-- The open work orders with the end of their running clock and its alarm: 0 none, 1 amber, 2 red.
-- The one place of this room that knows how a work order tells time.
SELECT work_order.id, work_order.division_id, work_order.agency_id, work_order.state, running.due_at,
       CASE
           WHEN %(now)s > running.due_at THEN 2
           WHEN %(now)s >= work_order.dispatched_at
                + (running.due_at - work_order.dispatched_at) * share.amber / 100.0 THEN 1
           ELSE 0
       END AS alarm
  FROM rectification_work_order AS work_order
 CROSS JOIN LATERAL (
       SELECT CASE work_order.state
                  WHEN 'dispatched' THEN work_order.sign_due_at
                  WHEN 'signed' THEN work_order.contact_due_at
                  ELSE work_order.rectify_due_at
              END AS due_at
 ) AS running
  LEFT JOIN unnest(%(divisions)s::bigint[], %(shares)s::int[]) AS share (division_id, amber)
    ON share.division_id = work_order.division_id
 WHERE work_order.state IN ('dispatched', 'signed', 'verified', 'rectified')
