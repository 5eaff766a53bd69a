-- For the page of a place, in one row: what waits there and what of it is overdue, and how many decisions of the quarter kept
-- words back or took them down. Of an agency nothing waits by itself.
SELECT CASE WHEN NOT %(of_agency)s THEN waiting.offered END, CASE WHEN NOT %(of_agency)s THEN waiting.overdue END,
       counted.held, counted.down
FROM (
    SELECT coalesce(sum(waiting.offered), 0)::bigint AS offered, coalesce(sum(waiting.overdue), 0)::bigint AS overdue
      FROM publicity_waiting_texts AS waiting
      JOIN directory_division AS division ON division.id = waiting.division_id
     WHERE division.path >= %(low)s AND division.path < %(high)s
) AS waiting, (
    SELECT coalesce(sum(counted.n) FILTER (WHERE counted.decision = 'held'), 0)::bigint AS held,
           coalesce(sum(counted.n) FILTER (WHERE counted.decision = 'taken_down'), 0)::bigint AS down
      FROM publicity_decision_count AS counted
      JOIN directory_division AS division ON division.id = counted.division_id
     WHERE counted.quarter = %(quarter)s AND counted.decision IN ('held', 'taken_down')
       AND division.path >= %(low)s AND division.path < %(high)s
       AND (NOT %(of_agency)s OR counted.agency_id IN (
             SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
) AS counted
