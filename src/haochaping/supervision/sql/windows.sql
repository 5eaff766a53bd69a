-- Windows that were the last of their hall in each of so many months before this one, by the rules of the hall's division,
-- with the agency that was reviewed there most. Last is whose share of bad reviews is the largest, and no other's as
-- large, among at least three windows with enough reviews each.
WITH tally AS (
    SELECT review.hall_id, review.window_id, review.agency_id, rule.months, hall.division_id,
           date_trunc('month', review.assessed_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
           review.level = ANY(%(bad)s) AS bad
      FROM reviews_review AS review
      JOIN directory_hall AS hall ON hall.id = review.hall_id
      JOIN unnest(%(divisions)s::bigint[], %(months)s::int[]) AS rule (division_id, months)
        ON rule.division_id = hall.division_id
     WHERE review.window_id IS NOT NULL
       AND review.assess_no = 1
       AND review.status = 'effective'
       AND review.provenance = ANY(%(active)s)
       AND review.assessed_at >= (%(month)s::date - rule.months * interval '1 month') AT TIME ZONE 'Asia/Shanghai'
       AND review.assessed_at < %(month)s::timestamp AT TIME ZONE 'Asia/Shanghai'
), monthly AS (
    SELECT hall_id, window_id, division_id, months, month, avg(bad::int) AS share
      FROM tally
     GROUP BY hall_id, window_id, division_id, months, month
    HAVING count(*) >= %(least)s
), placed AS (
    SELECT *, count(*) OVER (PARTITION BY hall_id, month) AS windows,
           rank() OVER (PARTITION BY hall_id, month ORDER BY share DESC) AS place,
           count(*) OVER (PARTITION BY hall_id, month, share) AS as_bad
      FROM monthly
)
SELECT placed.division_id,
       (SELECT mode() WITHIN GROUP (ORDER BY tally.agency_id) FROM tally WHERE tally.window_id = placed.window_id),
       placed.window_id, placed.hall_id, placed.months
  FROM placed
 WHERE place = 1 AND as_bad = 1 AND share > 0 AND windows >= 3
 GROUP BY placed.division_id, placed.window_id, placed.hall_id, placed.months
HAVING count(*) = placed.months
