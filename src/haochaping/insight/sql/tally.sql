-- Sums by (kind, level, provenance) for one place: whole months from where they are already added up, then the days to
-- add or to take off at both ends of the period and what is pending.
-- Each month apart where that is asked: days to take off are of the very month of which they are taken. Each channel too:
-- then of what has one. Days are read by the index of the narrowest that is named: whatever else took place is not looked at.
-- A statement is put together of the parts that its place and period need: to plan all of them takes longer than to read.
-- part span
WITH span (first, "end", sign) AS (
    VALUES (%(before_first)s::date, %(before_end)s::date, %(before_sign)s),
           (%(after_first)s::date, %(after_end)s::date, %(after_sign)s)
)
-- part division months
SELECT month AS day, NULL AS channel, kind, level, provenance, n FROM insight_division_month
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s)
   AND division_id IN (SELECT id FROM directory_division
                        WHERE path = %(division_low)s OR %(any_division)s AND parent_id IS NULL)
-- part channel months
SELECT month AS day, channel, kind, level, provenance, n FROM insight_channel_month
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s)
   AND division_id IN (SELECT id FROM directory_division
                        WHERE path = %(division_low)s OR %(any_division)s AND parent_id IS NULL)
-- part agency months
SELECT month AS day, NULL AS channel, kind, level, provenance, n FROM insight_agency_month
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s)
   AND agency_id = ANY(ARRAY(SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
-- part item months
SELECT month AS day, NULL AS channel, kind, level, provenance, n FROM insight_item_month
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s)
   AND item_id = %(item_id)s
   AND (%(any_agency)s OR agency_id = ANY(ARRAY(
         SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s)))
-- part hall months
SELECT month AS day, NULL AS channel, kind, level, provenance, n FROM insight_hall_month
 WHERE month >= %(months_first)s AND month < %(months_end)s AND kind = ANY(%(kinds)s) AND hall_id = %(hall_id)s
-- part division days
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_division_day ON day >= first AND day < "end"
 WHERE kind = ANY(%(kinds)s) AND (NOT %(each_channel)s OR channel <> '')
   AND division_id IN (SELECT id FROM directory_division
                        WHERE path = %(division_low)s OR %(any_division)s AND parent_id IS NULL)
-- part agency days
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_agency_day ON day >= first AND day < "end"
 WHERE kind = ANY(%(kinds)s) AND (NOT %(each_channel)s OR channel <> '')
   AND agency_id = ANY(ARRAY(SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
-- part agency's part days
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_fact ON day >= first AND day < "end"
 WHERE kind = ANY(%(kinds)s) AND (NOT %(each_channel)s OR channel <> '')
   AND agency_id = ANY(ARRAY(SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
   AND (%(any_division)s OR division_id IN (
         SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
   AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
   AND (%(hall_id)s::bigint IS NULL OR hall_id = %(hall_id)s)
-- part item days
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_fact ON day >= first AND day < "end"
 WHERE kind = ANY(%(kinds)s) AND (NOT %(each_channel)s OR channel <> '')
   AND item_id = %(item_id)s
   AND (%(any_division)s OR division_id IN (
         SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
   AND (%(hall_id)s::bigint IS NULL OR hall_id = %(hall_id)s)
-- part hall days
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n * sign AS n
  FROM span JOIN insight_fact ON day >= first AND day < "end"
 WHERE kind = ANY(%(kinds)s) AND (NOT %(each_channel)s OR channel <> '')
   AND hall_id = %(hall_id)s AND hall_id > 0
   AND (%(any_division)s OR division_id IN (
         SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
-- part pending
SELECT day, CASE WHEN %(each_channel)s THEN channel END AS channel, kind, level, provenance, n
  FROM insight_fact_delta
 WHERE day >= %(whole_first)s AND day < %(whole_end)s AND kind = ANY(%(kinds)s)
   AND (NOT %(each_channel)s OR channel <> '')
   AND (%(any_division)s OR division_id IN (
         SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
   AND (%(any_agency)s OR agency_id IN (
         SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
   AND (%(item_id)s::bigint IS NULL OR item_id = %(item_id)s)
   AND (%(hall_id)s::bigint IS NULL OR hall_id = %(hall_id)s)
-- part sums
SELECT CASE WHEN %(each_month)s THEN date_trunc('month', day)::date END AS month, channel, kind, level, provenance,
       sum(n)::bigint
  FROM counted
 GROUP BY 1, channel, kind, level, provenance
