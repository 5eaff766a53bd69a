-- The sources that speak a dialect here, by code; for an empty code all of them.
SELECT w.id, p.id, p.code, p.name, d.path, w.dialect, w.keys, w.unsigned, w.history, w.window_seconds, w.addresses::text,
       w.set_at
  FROM exchange_wire_source w
  JOIN directory_platform p ON p.id = w.platform_id
  JOIN directory_division d ON d.id = p.division_id
 WHERE w.closed_at IS NULL AND (%s = '' OR p.code = %s)
 ORDER BY p.code
