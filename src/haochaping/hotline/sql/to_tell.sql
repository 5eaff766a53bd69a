-- Steps of orders that a linked hotline is to be told and that are not in the queue yet, oldest first: of orders that are
-- at both sides, and of orders that go out where a link reaches. What the hotline itself did is not told back to it.
SELECT event.id, event.order_id, event.move, event.at
  FROM rectification_order_event AS event
  JOIN rectification_work_order AS work ON work.id = event.order_id
  JOIN directory_division AS place ON place.id = work.division_id
  JOIN directory_agency AS agency ON agency.id = work.agency_id
 WHERE event.id >= %(since)s
   AND event.move = ANY(%(moves)s)
   AND event.by NOT LIKE %(hotline)s
   AND (
       EXISTS (
           SELECT FROM hotline_linked_order AS linked
             JOIN hotline_link AS link ON link.id = linked.link_id
            WHERE linked.order_id = event.order_id AND linked.ended_at IS NULL AND link.closed_at IS NULL
              AND event.at >= linked.linked_at
       )
       OR event.move = ANY(%(going_out)s)
          AND EXISTS (
              SELECT FROM hotline_link AS link
                JOIN directory_division AS reach ON reach.id = link.division_id
                LEFT JOIN directory_agency AS office ON office.id = link.agency_id
               WHERE link.closed_at IS NULL AND link.begins_at <= event.at
                 AND starts_with(place.path, reach.path)
                 AND (office.id IS NULL OR starts_with(agency.path, office.path))
          )
   )
   AND NOT EXISTS (SELECT FROM hotline_outgoing AS told WHERE told.event_id = event.id)
 ORDER BY event.at, event.id
 LIMIT %(limit)s
