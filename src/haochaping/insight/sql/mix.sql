-- Active reviews by the type of their item, the bad ones and all, for each of several divisions and agencies with all below
-- them, and of halls: by what mix of items they are compared. Whole months; of halls only days know the item.
WITH member (by, root, id) AS (
    SELECT 'division', root.id, agency.id
      FROM directory_division AS root
      JOIN directory_division AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
      JOIN directory_agency AS agency ON agency.division_id = part.id
     WHERE root.id = ANY(%(division)s::bigint[])
    UNION ALL
    SELECT 'agency', root.id, part.id
      FROM directory_agency AS root
      JOIN directory_agency AS part ON part.path >= root.path AND part.path < rtrim(root.path, '.') || '/'
     WHERE root.id = ANY(%(agency)s::bigint[])
), said (by, root, item_id, level, n) AS (
    SELECT member.by, member.root, fact.item_id, fact.level, fact.n
      FROM member
      JOIN insight_item_month AS fact ON fact.agency_id = member.id
     WHERE fact.month >= %(first)s AND fact.month <= %(last)s
       AND fact.kind = 'review' AND fact.provenance = ANY(%(active)s)
    UNION ALL
    SELECT 'hall', hall_id, item_id, level, n
      FROM insight_fact
     WHERE hall_id = ANY(%(hall)s::bigint[]) AND hall_id > 0 AND day >= %(first)s AND day < %(end)s
       AND kind = 'review' AND provenance = ANY(%(active)s)
)
SELECT said.by, said.root, item.item_type,
       coalesce(sum(said.n) FILTER (WHERE said.level = ANY(%(bad)s)), 0)::bigint, sum(said.n)::bigint
  FROM said
  JOIN directory_service_item AS item ON item.id = said.item_id
 GROUP BY said.by, said.root, item.item_type
HAVING sum(said.n) > 0
