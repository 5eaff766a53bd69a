-- The reviews that a month's samples are drawn from, by division. Ids begin with the time of receipt: a review belongs to
-- the month it was received in, so that none gets its id when the seed is known. Kind good: levels 3 to 5, given by people
-- themselves, in effect. Kind bad_closed: bad reviews whose order was finished in the month.
SELECT r.division_id, r.id
  FROM reviews_review r
 WHERE %(kind)s = 'good'
   AND r.id >= %(first_id)s AND r.id < %(end_id)s
   AND r.level >= 3 AND r.provenance = ANY(%(active)s) AND r.status = 'effective'
   AND (%(division)s IS NULL OR r.division_id = %(division)s)
UNION ALL
SELECT o.division_id, r.id
  FROM rectification_work_order o
  JOIN reviews_review r ON r.id = o.review_id
 WHERE %(kind)s = 'bad_closed'
   AND o.state = ANY(%(closed)s) AND o.closed_at >= %(first)s AND o.closed_at < %(end)s
   AND r.id < %(end_id)s
   AND (%(division)s IS NULL OR o.division_id = %(division)s)
   AND NOT EXISTS (SELECT FROM supervision_sampled_review s JOIN supervision_sample_draw d ON d.id = s.draw_id
                    WHERE s.review_id = r.id AND d.month < %(month)s)
 ORDER BY 1, 2
