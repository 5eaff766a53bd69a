-- How many rows have something wrong with each field, by source and day: each row once, whichever rules it breaks.
SELECT platform_id, day, field, count(DISTINCT (kind, id))
  FROM failing
 WHERE rule = ANY (%(rules)s) AND kind NOT IN ('source', 'missing')
 GROUP BY platform_id, day, field
