-- Orders handled below, by the platform of their review and the month in Beijing in which they were opened: how many, and how
-- many of them were closed as put right or explained.
SELECT review.platform_id, date_trunc('month', ordered.created_at AT TIME ZONE 'Asia/Shanghai')::date AS month, count(*),
       count(*) FILTER (
           WHERE ordered.state = 'closed'
             AND ordered.facts ->> 'outcome' IN ('immediate_rectified', 'time_limited_rectified', 'explained')
       )
  FROM levels_reported_order AS ordered
  JOIN reviews_review AS review ON review.id = ordered.review_id
 WHERE ordered.counts
   AND ordered.created_at >= (date_trunc('month', %(until)s::date::timestamp) - make_interval(months => %(months)s))
                             AT TIME ZONE 'Asia/Shanghai'
   AND ordered.created_at < date_trunc('month', %(until)s::date::timestamp) AT TIME ZONE 'Asia/Shanghai'
   AND ordered.state NOT IN ('merged', 'excluded', 'cancelled')
 GROUP BY 1, 2
 ORDER BY 1, 2
