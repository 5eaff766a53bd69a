-- agreed: each platform of the scope, where it lies, and what the rulebook of that place says. Delays are given in seconds:
-- to add days to a moment takes the server many times as long, and in Beijing all days have the same length.
SELECT platform.id AS platform_id, division.code AS home_code, left(division.code, 2) AS home_province,
       division.level AS home_level, told.late_after, told.very_late_after, told.same_share, told.moment_share,
       told.default_share
  FROM unnest(%(platforms)s::bigint[], %(late)s::interval[], %(very_late)s::interval[], %(same)s::float8[],
              %(moment)s::float8[], %(default)s::float8[])
       AS told (platform_id, late_after, very_late_after, same_share, moment_share, default_share)
  JOIN directory_platform AS platform ON platform.id = told.platform_id
  JOIN directory_division AS division ON division.id = platform.division_id
