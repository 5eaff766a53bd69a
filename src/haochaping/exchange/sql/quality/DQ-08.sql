-- What intake saw of the applicant's certificate before the person was sealed (cases/rules.py: person_doubt).
SELECT 'case' AS kind, id::text, platform_id, day, 'applicant.kind' AS field, 'not_of_this_certificate' AS value_class
  FROM sent_case
 WHERE person_doubt IN ('kind', 'both')
