-- Items of an agency with so many bad reviews within so many days, by the rules of their division, about which no
-- signal was raised within these days. Ids of work orders follow time: `first` is the oldest that can matter.
SELECT work_order.division_id, work_order.agency_id, work_order.item_id, count(*)
  FROM rectification_work_order AS work_order
  JOIN unnest(%(divisions)s::bigint[], %(least)s::int[], %(days)s::int[]) AS rule (division_id, least, days)
    ON rule.division_id = work_order.division_id
 WHERE work_order.id >= %(first)s
   AND work_order.created_at > %(now)s - rule.days * interval '1 day'
   AND work_order.state NOT IN ('created', 'cancelled', 'merged', 'excluded')
   AND NOT EXISTS (
       SELECT FROM supervision_signal AS raised
        WHERE raised.kind = 'repeat_offender'
          AND raised.subject = format('item:%%s:%%s:%%s', work_order.division_id, work_order.agency_id, work_order.item_id)
          AND raised.day > %(today)s - rule.days
   )
 GROUP BY work_order.division_id, work_order.agency_id, work_order.item_id, rule.least
HAVING count(*) >= rule.least
