-- A platform of one province reports a case of another; one of the nation may.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.division' AS field, 'other_province' AS value_class
  FROM (
      SELECT DISTINCT told.platform_id, told.division_id
        FROM told
        JOIN agreed USING (platform_id)
        JOIN directory_division AS division ON division.id = told.division_id
       WHERE agreed.level > 0 AND left(division.code, 2) <> left(agreed.code, 2)
  ) AS odd
  JOIN sent_case AS work USING (platform_id, division_id)
