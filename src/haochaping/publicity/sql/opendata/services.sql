-- Services of a period by place, with the levels of the reviews that were given there in it: each hall and stage apart, as
-- whoever reads the public counts sees in which of them reviews of a level were given.
SELECT division.path, agency.code, item.code,
       coalesce(sum(n) FILTER (WHERE kind = 'occurrence' AND provenance = 'reported'), 0)::bigint,
       array_agg(DISTINCT part.level) FILTER (WHERE kind = 'review')
FROM (
    SELECT division_id, agency_id, item_id, hall_id, stage, kind, level, provenance, sum(n) AS n
    FROM (
        SELECT division_id, agency_id, item_id, hall_id, stage, kind, level, provenance, n FROM insight_fact
        WHERE day >= %(start)s AND day <= %(end)s AND kind IN ('occurrence', 'review')
        UNION ALL
        SELECT division_id, agency_id, item_id, hall_id, stage, kind, level, provenance, n FROM insight_fact_delta
        WHERE day >= %(start)s AND day <= %(end)s AND kind IN ('occurrence', 'review')
    ) AS fact
    GROUP BY division_id, agency_id, item_id, hall_id, stage, kind, level, provenance
    HAVING sum(n) > 0
) AS part
JOIN directory_division AS division ON division.id = part.division_id
JOIN directory_agency AS agency ON agency.id = part.agency_id
JOIN directory_service_item AS item ON item.id = part.item_id
GROUP BY division.path, agency.code, item.code, part.hall_id, part.stage
