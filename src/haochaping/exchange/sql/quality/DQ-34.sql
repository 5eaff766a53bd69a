-- Dates of 1900 and the like; services that are mostly “other” or unnamed, which one alone may well be.
WITH named AS (
    SELECT work.id, work.platform_id, work.day, service.channel = 'other' OR service.name IN ('', '其他', '其它', '无', '-') AS empty
      FROM sent_case AS work
      JOIN cases_service_occurrence AS service ON service.case_id = work.id
),
mostly AS (
    SELECT platform_id, day FROM named GROUP BY platform_id, day
    HAVING count(*) >= 30 AND count(*) FILTER (WHERE empty) > count(*) * 0.3
)
SELECT DISTINCT 'case' AS kind, named.id::text, named.platform_id, named.day, 'case.service' AS field, 'default' AS value_class
  FROM named
  JOIN mostly USING (platform_id, day)
 WHERE named.empty
UNION ALL
SELECT 'case', id::text, platform_id, day, 'case.date', 'default'
  FROM sent_case
 WHERE least(applied_at, accepted_at, completed_at) < '1980-01-01'
