-- The numbered batches of sources around a day, by when they were made, and whatever came after a number that is missing:
-- of the platforms that number theirs since that day or before, each with the last number before which none is missing. What
-- came under a used number is put right when the same rows are taken under another one.
WITH open AS (
    SELECT batch.platform_id, batch.seq, batch.state, batch.code, batch.made_at
      FROM exchange_stated_batch AS batch
     WHERE batch.ended_at IS NULL
       AND NOT (batch.code = 'seq_of_other' AND EXISTS (
           SELECT FROM exchange_stated_batch AS again
            WHERE again.platform_id = batch.platform_id AND again.kind = batch.kind AND again.fingerprint = batch.fingerprint
              AND again.state = 'taken' AND again.ended_at IS NULL
           ))
),
begun AS (
    SELECT platform_id, min(made_at) AS since FROM open GROUP BY platform_id
),
whole AS (
    SELECT platform_id, max(seq) AS seq
      FROM (SELECT platform_id, seq, row_number() OVER (PARTITION BY platform_id ORDER BY seq) AS nth
              FROM open WHERE state = 'taken') AS taken
     WHERE seq = nth
     GROUP BY platform_id
)
SELECT platform.id, platform.code, coalesce(whole.seq, 0), around.seq, around.state, around.code, around.made_at
  FROM begun
  JOIN directory_platform AS platform ON platform.id = begun.platform_id
  LEFT JOIN whole ON whole.platform_id = begun.platform_id
  LEFT JOIN open AS around
    ON around.platform_id = begun.platform_id
   AND ((around.made_at > %(heard_from)s AND around.made_at < %(end)s)
        OR (around.state = 'taken' AND around.seq > coalesce(whole.seq, 0)))
 WHERE begun.since < %(end)s
 ORDER BY platform.id, around.seq, around.made_at
