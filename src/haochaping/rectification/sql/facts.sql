-- What is counted of the orders of some reviews, one row for each; which ones is added.
SELECT work.review_id, work.created_at, work.division_id, work.agency_id, work.item_id, work.state,
       work.contact_kept, work.rectify_kept, work.first_replied_at IS NOT NULL,
       work.round > 1 OR EXISTS (
           SELECT FROM rectification_order_event WHERE order_id = work.id AND move = 'escalate'),
       work.repeats, work.outcome = 'unreachable_closed',
       ARRAY(SELECT result FROM rectification_callback WHERE order_id = work.id),
       coalesce((SELECT solved FROM rectification_solution_answer WHERE order_id = work.id
                  ORDER BY answered_at DESC, id DESC LIMIT 1), ''),
       appeal.division_id, appeal.agency_id,
       coalesce((SELECT verdict FROM rectification_appeal_decision
                  WHERE appeal_id = appeal.id AND confirmed_at IS NOT NULL
                  ORDER BY instance DESC LIMIT 1), ''),
       coalesce(review.hall_id, 0)
  FROM rectification_work_order AS work
  JOIN reviews_review AS review ON review.id = work.review_id
  LEFT JOIN rectification_appeal AS appeal ON appeal.order_id = work.id
