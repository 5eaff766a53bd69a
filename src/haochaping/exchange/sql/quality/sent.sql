-- How much each source sent on each day: taken and put aside, and how much of it has a delay that means something.
SELECT platform_id, day, sum(reviews), sum(cases), sum(reviews_aside), sum(cases_aside), sum(timed)
  FROM (
      SELECT platform_id, day, count(*) AS reviews, 0 AS cases, 0 AS reviews_aside, 0 AS cases_aside,
             count(*) FILTER (WHERE timed) AS timed
        FROM sent_review GROUP BY platform_id, day
      UNION ALL
      SELECT platform_id, day, 0, count(*), 0, 0, count(*) FROM sent_case GROUP BY platform_id, day
      UNION ALL
      SELECT platform_id, day, 0, 0, count(*) FILTER (WHERE kind = 'review'), count(*) FILTER (WHERE kind = 'case'), 0
        FROM put_aside GROUP BY platform_id, day
  ) AS part
 GROUP BY platform_id, day
 ORDER BY platform_id, day
