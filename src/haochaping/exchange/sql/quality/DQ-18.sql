-- A platform of one province reports a case of another; one of the nation may.
SELECT 'case' AS kind, work.id::text, work.platform_id, work.day, 'case.division' AS field, 'other_province' AS value_class
  FROM sent_case AS work
  JOIN agreed USING (platform_id)
  JOIN directory_division AS division ON division.id = work.division_id
 WHERE agreed.level > 0 AND left(division.code, 2) <> left(agreed.code, 2)
