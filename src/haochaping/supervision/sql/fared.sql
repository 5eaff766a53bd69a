-- How whoever gave a bad review fared with its agency in the twelve months after it, beside everybody else with the same
-- items in the same time: of how many cases, and how many were turned down, took longer than three in four of the others,
-- or needed more materials than three in four. Who it is nobody learns: equal blind indexes are the same person,
-- a phone alone only where nobody gave a certificate.
WITH watched AS (
    SELECT work.id, work.division_id, work.agency_id, work.created_at AS since,
           coalesce(review.person_id, held.person_id) AS person_id
      FROM rectification_work_order AS work
      JOIN reviews_review AS review ON review.id = work.review_id
      JOIN cases_service_occurrence AS visit ON visit.id = review.occurrence_id
      JOIN cases_case AS held ON held.id = visit.case_id
     WHERE work.id >= %(first)s AND work.state NOT IN ('created', 'cancelled', 'merged')
), later AS (
    SELECT DISTINCT watched.id AS order_id, watched.division_id, watched.agency_id, watched.since, again.id, again.item_id
      FROM watched
      JOIN identity_blind_index AS mine ON mine.person_id = watched.person_id
      JOIN identity_blind_index AS other ON other.purpose = mine.purpose AND other.value = mine.value
       AND (mine.purpose = ANY(%(certain)s)
            OR NOT EXISTS (SELECT FROM identity_blind_index AS known
                            WHERE known.person_id IN (mine.person_id, other.person_id) AND known.purpose = ANY(%(certain)s)))
      JOIN cases_case AS again ON again.person_id = other.person_id AND again.agency_id = watched.agency_id
     WHERE again.applied_at > watched.since AND again.applied_at <= watched.since + interval '12 months'
       AND again.status IN ('completed', 'rejected')
), asked AS (
    SELECT DISTINCT order_id, division_id, agency_id, since, item_id FROM later
), pool AS (
    SELECT asked.order_id, asked.division_id, asked.agency_id, asked.since, one.item_id, later.id IS NOT NULL AS own,
           one.status = 'rejected' AS rejected, one.completed_at - one.applied_at AS took, one.materials
      FROM asked
      JOIN cases_case AS one
        ON one.agency_id = asked.agency_id AND one.item_id = asked.item_id AND one.status IN ('completed', 'rejected')
       AND one.applied_at > asked.since AND one.applied_at <= asked.since + interval '12 months'
      LEFT JOIN later ON later.order_id = asked.order_id AND later.id = one.id
), usual AS (
    SELECT order_id, item_id, percentile_disc(0.75) WITHIN GROUP (ORDER BY took) AS took,
           percentile_disc(0.75) WITHIN GROUP (ORDER BY materials) AS materials
      FROM pool WHERE NOT own
     GROUP BY order_id, item_id
)
SELECT pool.order_id, pool.division_id, pool.agency_id, pool.since,
       count(*), count(*) FILTER (WHERE own),
       count(*) FILTER (WHERE rejected), count(*) FILTER (WHERE rejected AND own),
       count(*) FILTER (WHERE pool.took > usual.took), count(*) FILTER (WHERE pool.took > usual.took AND own),
       count(*) FILTER (WHERE pool.materials > usual.materials),
       count(*) FILTER (WHERE pool.materials > usual.materials AND own)
  FROM pool JOIN usual USING (order_id, item_id)
 GROUP BY pool.order_id, pool.division_id, pool.agency_id, pool.since
