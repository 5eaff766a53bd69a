-- What intake saw of the applicant's certificate before the person was sealed (cases/rules.py: person_doubt).
SELECT 'case' AS kind, id::text, platform_id, day, 'applicant.certificate_no' AS field, 'check_digit' AS value_class
  FROM sent_case
 WHERE person_doubt IN ('certificate', 'both')
