-- The division is not known, or lies outside the city of a platform that belongs to one.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.division' AS field, 'other_city' AS value_class
  FROM (
      SELECT DISTINCT told.platform_id, told.division_id
        FROM told
        JOIN agreed USING (platform_id)
        JOIN directory_division AS division ON division.id = told.division_id
       WHERE agreed.level >= 2 AND left(division.code, 4) <> left(agreed.code, 4)
  ) AS odd
  JOIN sent_case AS work USING (platform_id, division_id)
UNION ALL
SELECT 'record', id::text, platform_id, day, 'case.division', 'unknown'
  FROM put_aside
 WHERE code = 'unknown_division'
