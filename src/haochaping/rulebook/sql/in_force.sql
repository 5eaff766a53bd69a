-- in_force --
-- The values that hold at the end of a path on a day: those of the profile followed nearest to it, filled from its parents
-- and at last from the base. At one place an assignment goes before the profile whose jurisdiction the place is; a
-- profile that says nothing on the day, has not begun, or is kept for old records only, is followed by nobody who was not
-- assigned it.
WITH RECURSIVE place AS (
    SELECT code, nearness FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS p (code, nearness)
), said AS (
    SELECT c.profile_id, p.code, p.nearness, true AS assigned, c.effective_from, c.version
      FROM place p
      JOIN directory_division d ON d.code = p.code
      JOIN rulebook_profile_choice c ON c.division_id = d.id AND c.effective_from <= %(day)s
    UNION ALL
    SELECT f.id, p.code, p.nearness, false, NULL, NULL
      FROM place p
      JOIN rulebook_profile f ON f.jurisdiction = p.code
     WHERE (f.effective_from IS NULL OR f.effective_from <= %(day)s)
       AND EXISTS (SELECT FROM rulebook_rule_value v
                    WHERE v.profile_id = f.id AND v.effective_from <= %(day)s
                      AND (v.effective_to IS NULL OR v.effective_to >= %(day)s))
), followed AS (
    SELECT said.profile_id, said.code AS through
      FROM said JOIN rulebook_profile f ON f.id = said.profile_id AND NOT f.historical_only
     ORDER BY nearness DESC, assigned DESC, said.effective_from DESC, version DESC
     LIMIT 1
), chain AS (
    SELECT profile_id, 0 AS step FROM followed
    UNION ALL
    SELECT f.parent_id, step + 1 FROM chain JOIN rulebook_profile f ON f.id = profile_id
     WHERE f.parent_id IS NOT NULL
), line AS (
    SELECT profile_id, step FROM chain
    UNION ALL
    SELECT id, 1000 FROM rulebook_profile WHERE code = %(base)s
)
SELECT DISTINCT ON (v.key)
       f.code, v.key, v.value, v.unit, v.source, v.verified, v.effective_from, v.effective_to, v.version,
       coalesce((SELECT through FROM followed), ''),
       (SELECT code FROM rulebook_profile JOIN followed ON id = profile_id)
  FROM line
  JOIN rulebook_profile f ON f.id = line.profile_id
  JOIN rulebook_rule_value v ON v.profile_id = f.id
 WHERE v.effective_from <= %(day)s AND (v.effective_to IS NULL OR v.effective_to >= %(day)s)
 ORDER BY v.key, line.step, v.effective_from DESC, v.version DESC
