-- What stands beside an order, asked together: more time asked for, who helps, the plan; oldest first.
SELECT 'extension' AS what, asked_at AS at, id, reason AS words, note, days, granted, NULL::bigint AS agency_id,
       '' AS agency_name, '' AS agency_path, NULL::date AS due_on, NULL::timestamptz AS due_at, decided_at AS done_at
FROM rectification_extension WHERE order_id = %(order)s
UNION ALL
SELECT 'co_handler', asked_at, helper.id, task, contribution, NULL, NULL, agency.id, agency.name, agency.path, NULL, due_at,
       done_at
FROM rectification_co_handler AS helper JOIN directory_agency AS agency ON agency.id = helper.agency_id
WHERE order_id = %(order)s
UNION ALL
SELECT 'milestone', due_on, id, text, note, NULL, NULL, NULL, '', '', due_on, NULL, done_at
FROM rectification_milestone WHERE order_id = %(order)s
ORDER BY at, id
