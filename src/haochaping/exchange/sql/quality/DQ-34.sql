-- Cases whose services are “other” or unnamed, where these are too large a share: one alone may well be so.
WITH empty AS MATERIALIZED (
    SELECT DISTINCT work.id, work.platform_id, work.day
      FROM cases_service_occurrence AS service
      JOIN sent_case AS work ON work.id = service.case_id
     WHERE service.channel = 'other' OR service.name IN ('', '其他', '其它', '无', '-')
),
mostly AS (
    SELECT platform_id, day
      FROM (SELECT platform_id, day, count(*) AS n FROM empty GROUP BY platform_id, day) AS part
      JOIN (SELECT platform_id, day, sum(n) AS n FROM told GROUP BY platform_id, day) AS whole USING (platform_id, day)
      JOIN agreed USING (platform_id)
     WHERE whole.n >= %(named_cases)s AND part.n > whole.n * agreed.default_share
)
SELECT 'case' AS kind, id::text, platform_id, day, 'case.service' AS field, 'default' AS value_class
  FROM empty
  JOIN mostly USING (platform_id, day)
