-- Active reviews by the type of their item, the bad ones and all, for each of several divisions and agencies with all below
-- them: by what mix of items they are compared. Whole months.
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
)
SELECT member.by, member.root, item.item_type,
       coalesce(sum(fact.n) FILTER (WHERE fact.level = ANY(%(bad)s)), 0)::bigint, sum(fact.n)::bigint
  FROM member
  JOIN insight_item_month AS fact ON fact.agency_id = member.id
  JOIN directory_service_item AS item ON item.id = fact.item_id
 WHERE fact.month >= %(first)s AND fact.month <= %(last)s
   AND fact.kind = 'review' AND fact.provenance = ANY(%(active)s)
 GROUP BY member.by, member.root, item.item_type
HAVING sum(fact.n) > 0
