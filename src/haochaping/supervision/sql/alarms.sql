-- The open work orders with the end of their running clock and its alarm: 0 none, 1 amber, 2 red. What waits for its
-- quality check or for a supervisor is not the agency's to be reminded of.
SELECT id, division_id, agency_id, state, due_at,
       CASE
           WHEN state IN ('replied', 'escalated') THEN 0
           WHEN due_at < %(now)s THEN 2
           WHEN amber_at < %(now)s THEN 1
           ELSE 0
       END AS alarm
  FROM rectification_work_order
 WHERE state IN ('dispatched', 'return_asked', 'signed', 'verified', 'ledgered', 'rectified', 'replied', 'escalated')
