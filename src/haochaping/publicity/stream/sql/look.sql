-- Where the next reviews of the public list stand, newest first, and how far back was looked.
-- The newest of each way into the table are read, so many of each at most. A way that had more is looked through back to its
-- last row only, so of all ways together only what is not older than the newest of these last rows is complete. Whoever wants
-- more goes on from there: what a page costs depends on neither the number of reviews nor on how rare they are that are sought.
WITH looked AS MATERIALIZED (
    {ways}
), bound AS (
    SELECT assessed_at, id
    FROM (SELECT assessed_at, id, row_number() OVER (PARTITION BY way ORDER BY assessed_at DESC, id DESC) AS nth FROM looked) AS row
    WHERE nth = %(each)s
    ORDER BY assessed_at DESC, id DESC
    LIMIT 1
), found AS (
    SELECT assessed_at, id
    FROM looked
    WHERE status = 'effective'
      AND level = ANY(%(levels)s::int[])
      AND (%(reason)s = '' OR indicator_codes @> ARRAY[%(reason)s]::varchar[])
      AND (%(channel)s = '' OR channel = %(channel)s)
      AND (%(any_division)s OR division_id IN (
            SELECT id FROM directory_division WHERE path >= %(division_low)s AND path < %(division_high)s))
      AND (%(any_agency)s OR agency_id IN (
            SELECT id FROM directory_agency WHERE path >= %(agency_low)s AND path < %(agency_high)s))
      AND NOT EXISTS (SELECT FROM bound WHERE (looked.assessed_at, looked.id) < (bound.assessed_at, bound.id))
    ORDER BY assessed_at DESC, id DESC
    LIMIT %(limit)s
)
SELECT true, assessed_at, id FROM found
UNION ALL
SELECT false, assessed_at, id FROM bound
