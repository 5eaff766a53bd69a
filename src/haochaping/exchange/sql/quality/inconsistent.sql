-- How many rows contradict themselves or others, by source and day: each row once.
SELECT platform_id, day, count(DISTINCT (kind, id))
  FROM failing
 WHERE rule = ANY (%(rules)s) AND kind NOT IN ('source', 'missing')
 GROUP BY platform_id, day
