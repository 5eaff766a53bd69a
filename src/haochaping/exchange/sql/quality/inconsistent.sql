-- How many rows contradict themselves or others, by source and day: each row once.
SELECT platform_id, day, count(DISTINCT (kind, id))
  FROM failing
 WHERE rule = ANY (%(rules)s) AND kind <> 'source'
 GROUP BY platform_id, day
