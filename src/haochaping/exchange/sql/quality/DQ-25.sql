-- Too good: a thousand reviews of a source in the thirty days up to the end of the scope, none of them bad; or six months
-- of orders, some every month, every one of them closed as put right or explained: those of this installation, and those
-- that are handled below, as they were told from there.
SELECT 'source' AS kind, '' AS id, platform_id, max(until.day) - 1 AS day, 'review.level' AS field, 'all_good' AS value_class
  FROM given
 CROSS JOIN (SELECT (%(until)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS day) AS until
 WHERE given.day >= until.day - %(good_days)s AND given.stands
 GROUP BY platform_id
HAVING sum(n) >= %(good_reviews)s AND min(level) >= 3
UNION ALL
SELECT 'source', '', months.platform_id, ((%(until)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date - 1),
       'order.outcome', 'all_rectified'
  FROM (
      SELECT platform_id, month, sum(opened) AS n, sum(rectified) AS rectified
        FROM (
            SELECT review.platform_id, date_trunc('month', ordered.created_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
                   count(*) AS opened,
                   count(*) FILTER (
                       WHERE ordered.state = 'closed'
                         AND ordered.outcome IN ('immediate_rectified', 'time_limited_rectified', 'explained')
                   ) AS rectified
              FROM rectification_work_order AS ordered
              JOIN reviews_review AS review ON review.id = ordered.review_id
             WHERE ordered.created_at >= (date_trunc('month', %(until)s::timestamptz AT TIME ZONE 'Asia/Shanghai')
                                          - make_interval(months => %(good_months)s)) AT TIME ZONE 'Asia/Shanghai'
               AND ordered.created_at < date_trunc('month', %(until)s::timestamptz AT TIME ZONE 'Asia/Shanghai')
                                        AT TIME ZONE 'Asia/Shanghai'
               AND ordered.state NOT IN ('merged', 'excluded', 'cancelled')
               AND review.platform_id = ANY (%(platforms)s::bigint[])
             GROUP BY 1, 2
             UNION ALL
            SELECT below.platform_id, below.month, below.opened, below.rectified
              FROM unnest(%(below_platforms)s::bigint[], %(below_months)s::date[], %(below_opened)s::bigint[],
                          %(below_rectified)s::bigint[]) AS below (platform_id, month, opened, rectified)
             WHERE below.platform_id = ANY (%(platforms)s::bigint[])
        ) AS part
       GROUP BY platform_id, month
  ) AS months
 GROUP BY months.platform_id
HAVING count(*) = %(good_months)s AND min(months.n) >= %(month_orders)s AND bool_and(months.n = months.rectified)
