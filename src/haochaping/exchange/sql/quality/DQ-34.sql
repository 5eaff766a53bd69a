-- Dates of 1900 and the like; cases whose services are “other” or unnamed, where these are more than three in ten: one
-- alone may well be so.
WITH empty AS (
    SELECT DISTINCT work.id, work.platform_id, work.day
      FROM sent_case AS work
      JOIN cases_service_occurrence AS service ON service.case_id = work.id
     WHERE service.channel = 'other' OR service.name IN ('', '其他', '其它', '无', '-')
),
mostly AS (
    SELECT platform_id, day
      FROM (SELECT platform_id, day, count(*) AS n FROM empty GROUP BY platform_id, day) AS part
      JOIN (SELECT platform_id, day, count(*) AS n FROM sent_case GROUP BY platform_id, day) AS whole USING (platform_id, day)
     WHERE whole.n >= 30 AND part.n > whole.n * 0.3
)
SELECT 'case' AS kind, id::text, platform_id, day, 'case.service' AS field, 'default' AS value_class
  FROM empty
  JOIN mostly USING (platform_id, day)
UNION ALL
SELECT 'case', id::text, platform_id, day, 'case.date', 'default'
  FROM sent_case
 WHERE least(applied_at, accepted_at, completed_at) < '1980-01-01'
