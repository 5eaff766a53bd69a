-- After units.sql: what was heard of each unit from `middle` to before `this` month, and how many services of as long
-- before. What was said since, in this month, breaks a silence too. Of an agency that carries out items nothing at all may
-- be heard.
, heard AS (
    SELECT by, id,
           coalesce(sum(n) FILTER (WHERE month < %(middle)s AND kind = 'occurrence' AND provenance = 'reported'), 0) AS before,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s AND month < %(this)s AND kind = 'occurrence' AND provenance = 'reported'), 0) AS services,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s AND month < %(this)s AND kind = 'reviewed'), 0) AS reviewed,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s AND kind = 'review' AND provenance = ANY(%(active)s)), 0) AS reviews,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s AND kind = 'review' AND provenance = %(invited)s), 0) AS by_invitation,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s AND kind = 'invited'), 0) AS asked,
           coalesce(sum(n) FILTER (WHERE month >= %(middle)s), 0) AS anything
      FROM unit
     GROUP BY by, id
), reporting AS (
    SELECT DISTINCT division_id FROM heard JOIN place USING (by, id) WHERE by = 'agency' AND services > 0
)
SELECT by, id, place.division_id, place.agency_id, coalesce(before, 0)::bigint, coalesce(services, 0)::bigint,
       coalesce(reviewed, 0)::bigint, coalesce(reviews, 0)::bigint, coalesce(by_invitation, 0)::bigint,
       coalesce(asked, 0)::bigint, coalesce(anything, 0)::bigint, reporting.division_id IS NOT NULL
  FROM place
  LEFT JOIN heard USING (by, id)
  LEFT JOIN reporting ON reporting.division_id = place.division_id
 WHERE heard.id IS NOT NULL
    OR by = 'agency' AND EXISTS (SELECT FROM directory_service_item AS item WHERE item.agency_id = place.agency_id)
