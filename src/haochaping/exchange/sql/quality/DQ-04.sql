-- The agency is not known, or its social credit code has a wrong check character (GB 32100: base 31, weights 3^n).
WITH wrong AS (
    SELECT agency.id
      FROM directory_agency AS agency
     WHERE agency.uscc <> '' AND agency.id IN (SELECT told.agency_id FROM told)
       AND (
           agency.uscc !~ '^[0-9A-HJ-NP-RTUWXY]{18}$'
           OR (
               SELECT sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(agency.uscc, place::int, 1)) - 1) * weight) %% 31
                 FROM unnest(ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1])
                      WITH ORDINALITY AS weights (weight, place)
           ) <> 0
       )
)
SELECT 'case' AS kind, id::text, platform_id, day, 'case.agency' AS field, 'check_character' AS value_class
  FROM sent_case
 WHERE agency_id IN (SELECT wrong.id FROM wrong)
UNION ALL
SELECT 'record', id::text, platform_id, day, 'case.agency', 'unknown'
  FROM put_aside
 WHERE code = 'unknown_agency'
