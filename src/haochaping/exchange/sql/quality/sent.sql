-- How much each source sent on each day: taken and put aside, and how much of it has a delay that means something. Of what
-- was put aside only the delay of what came after the review window is known (DQ-11).
SELECT platform_id, day, sum(reviews), sum(cases), sum(reviews_aside), sum(cases_aside), sum(timed)
  FROM (
      SELECT platform_id, day, n AS reviews, 0 AS cases, 0 AS reviews_aside, 0 AS cases_aside, timed FROM answer
      UNION ALL
      SELECT platform_id, day, 0, n, 0, 0, timed FROM told
      UNION ALL
      SELECT platform_id, day, 0, 0, (kind = 'review')::int, (kind <> 'review')::int,
             (code = 'review_window_over')::int FROM put_aside
  ) AS part
 GROUP BY platform_id, day
 ORDER BY platform_id, day
