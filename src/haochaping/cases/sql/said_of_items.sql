-- What the newest cases say of their items, each way once. The newest are at the end of the primary key: what this
-- costs does not grow with the number of cases.
WITH newest AS MATERIALIZED (
    SELECT id, item_id, kind, promised_limit, statutory_limit
      FROM cases_case
     WHERE id >= %(first)s
     ORDER BY id DESC
     LIMIT %(newest)s
)
SELECT item_id,
       array_remove(array_agg(DISTINCT promised_limit), '')::text[],
       array_remove(array_agg(DISTINCT statutory_limit), '')::text[],
       array_agg(DISTINCT kind)::text[],
       CASE WHEN %(ids)s::bigint[] IS NULL THEN '{}' ELSE array(
           SELECT DISTINCT o.channel FROM cases_service_occurrence AS o
            WHERE o.case_id = ANY(array_agg(newest.id))
            ORDER BY o.channel
       )::text[] END
  FROM newest
 WHERE %(ids)s::bigint[] IS NULL OR item_id = ANY(%(ids)s)
 GROUP BY item_id
