-- Sums up the rows that were here already, of days that are over; days with one row for each kind stay as they are.
WITH several AS (
    SELECT platform_id, day, kind
      FROM exchange_repeated_send
     WHERE day < %(before)s
     GROUP BY platform_id, day, kind
    HAVING count(*) > 1
), taken AS (
    DELETE FROM exchange_repeated_send AS one
     USING several
     WHERE one.platform_id = several.platform_id AND one.day = several.day AND one.kind = several.kind
    RETURNING one.id, one.platform_id, one.day, one.kind, one.n, one.ids
), numbered AS (
    SELECT taken.platform_id, taken.day, taken.kind, named.id AS named_id,
           row_number() OVER (PARTITION BY taken.platform_id, taken.day, taken.kind ORDER BY taken.id, named.nth) AS nth
      FROM taken CROSS JOIN LATERAL unnest(taken.ids) WITH ORDINALITY AS named (id, nth)
), kept AS (
    SELECT platform_id, day, kind, array_agg(named_id ORDER BY nth) AS ids
      FROM numbered WHERE nth <= %(kept)s
     GROUP BY platform_id, day, kind
), summed AS (
    SELECT platform_id, day, kind, sum(n) AS n FROM taken GROUP BY platform_id, day, kind
)
INSERT INTO exchange_repeated_send (platform_id, day, kind, n, ids)
SELECT platform_id, day, kind, n, ids FROM summed JOIN kept USING (platform_id, day, kind)
