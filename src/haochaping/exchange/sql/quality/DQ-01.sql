-- The reviews that wait for their service are more than the services of the last thirty days that have no review and
-- are not void: they cannot all be there. A review is given on the day of its service or some days after, on days without any as well.
-- A review that stands has a service, so only days on which reviews wait for theirs are looked at. What will be in no rate,
-- as history, breaks none by waiting.
WITH orphan AS (
    SELECT platform_id, day, count(*) AS n
      FROM put_aside
     WHERE kind = 'review' AND code = 'orphan' AND coalesce(assess_no, '1') = '1' AND in_rates
     GROUP BY platform_id, day
)
SELECT 'source' AS kind, '' AS id, orphan.platform_id, orphan.day, 'review.count' AS field, 'more_than_services' AS value_class
  FROM orphan
 WHERE orphan.n > (
     SELECT count(*)
       FROM (SELECT
               FROM cases_service_occurrence AS service
               JOIN cases_case AS work ON work.id = service.case_id
              WHERE work.platform_id = orphan.platform_id AND work.verified AND work.status <> 'withdrawn'
                AND service.at >= (orphan.day + 1 - %(days_awaited)s)::timestamp AT TIME ZONE 'Asia/Shanghai'
                AND service.at < (orphan.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
                AND NOT EXISTS (
                    SELECT FROM reviews_review AS review
                     WHERE review.occurrence_id = service.id AND review.assess_no = 1
                )
              LIMIT orphan.n) AS unreviewed
 )
