-- Cases written at some moments and not since: new ones by the time in their ids, written over ones by the index of those.
SELECT new.id
  FROM unnest(%(lows)s::uuid[], %(highs)s::uuid[]) AS moment (low, high)
  JOIN cases_case AS new ON new.id >= moment.low AND new.id < moment.high
UNION
SELECT id FROM cases_case WHERE updated_at > received_at AND updated_at = ANY(%(moments)s)
