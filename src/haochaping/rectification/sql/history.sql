-- What stands beside an order, asked together: more time asked for, who helps, the plan, the evidence, its project and
-- those of its item that still take orders; oldest first.
SELECT 'extension' AS what, asked_at AS at, id, reason AS words, note, days, granted, NULL::bigint AS agency_id,
       '' AS agency_name, '' AS agency_path, NULL::date AS due_on, NULL::timestamptz AS due_at, decided_at AS done_at
FROM rectification_extension WHERE order_id = %(order)s
UNION ALL
SELECT 'co_handler', asked_at, helper.id, task, contribution, NULL, ended_at IS NOT NULL, agency.id, agency.name, agency.path,
       agency.valid_to, due_at,
       done_at
FROM rectification_co_handler AS helper JOIN directory_agency AS agency ON agency.id = helper.agency_id
WHERE order_id = %(order)s
UNION ALL
SELECT 'milestone', due_on, id, text, note, NULL, dropped_at IS NOT NULL, NULL, '', '', due_on, ended_at, done_at
FROM rectification_milestone WHERE order_id = %(order)s
UNION ALL
SELECT 'evidence', added_at, id, caption, added_by, NULL, shown, NULL, removed_by, '', NULL, NULL, removed_at
FROM rectification_evidence WHERE order_id = %(order)s
UNION ALL
SELECT 'project', project.opened_at, project.id, project.title, '', NULL, NULL, NULL, '', '', NULL, NULL, NULL
FROM rectification_project_order AS part JOIN rectification_project AS project ON project.id = part.project_id
WHERE part.order_id = %(order)s
UNION ALL
(SELECT 'open_project', opened_at, id, title, '', NULL, NULL, NULL, '', '', NULL, NULL, NULL
 FROM rectification_project
 WHERE state <> 'closed' AND item_id = (SELECT item_id FROM rectification_work_order WHERE id = %(order)s)
 ORDER BY opened_at DESC LIMIT 50)
ORDER BY at, id;
-- history --
-- Everything that happened to an order, oldest first: each move with the call-back it recorded, calls through the relay,
-- who wrote messages or added evidence; with the names of the staff account that acted.
WITH told AS (
    SELECT 'move' AS what, e.at, e.id, e.move AS word, e.by, e.note, c.result, c.is_true, c.is_reasonable, e.warned,
           c.round, c.means, c.contact, c.recording, c.called_at
      FROM (SELECT *, row_number() OVER (PARTITION BY move ORDER BY at, id) AS n
              FROM rectification_order_event WHERE order_id = %(order)s) AS e
      LEFT JOIN (SELECT *, row_number() OVER (ORDER BY at, id) AS n
                   FROM rectification_callback WHERE order_id = %(order)s) AS c
        ON e.move = 'verify' AND c.n = e.n
    UNION ALL
    SELECT 'call', d.queued_at, d.id, d.state, '', '', g.purpose, NULL, NULL, '', NULL, '', '', '', NULL
      FROM identity_relay_grant g JOIN notices_delivery d ON d."grant" = g.id AND d.channel = 'call'
     WHERE g.basis = %(order)s
    UNION ALL
    SELECT 'author', min(m.sent_at), NULL, '', m.author, '', NULL, NULL, NULL, '', NULL, '', '', '', NULL
      FROM rectification_work_order o JOIN notices_message m ON m.thread_id = o.thread_id
     WHERE o.id = %(order)s
     GROUP BY m.author
    UNION ALL
    SELECT 'author', added_at, NULL, '', added_by, '', NULL, NULL, NULL, '', NULL, '', '', '', NULL
      FROM rectification_evidence WHERE order_id = %(order)s
    UNION ALL
    SELECT 'author', removed_at, NULL, '', removed_by, '', NULL, NULL, NULL, '', NULL, '', '', '', NULL
      FROM rectification_evidence WHERE order_id = %(order)s AND removed_at IS NOT NULL
)
SELECT told.*, u.display_name, u.username
  FROM told
  LEFT JOIN accounts_user u
    ON u.id = CASE WHEN told.by ~ '^staff:[0-9]{1,18}$' THEN substring(told.by FROM 7)::bigint END
 ORDER BY told.at, told.id;
-- What its clocks did.
SELECT clock, tick, at, number, unit, rule, due_at, amber_at, helper_id
  FROM rectification_clock_event WHERE order_id = %(order)s ORDER BY id;
-- The photographs of its review, and those of its evidence.
SELECT photo.subject_kind, photo.subject_id, photo.id, photo.place, photo.width, photo.height, photo.kept_at
  FROM files_photo AS photo
 WHERE photo.removed_at IS NULL
   AND ((photo.subject_kind = 'review'
         AND photo.subject_id = (SELECT review_id::text FROM rectification_work_order WHERE id = %(order)s))
     OR (photo.subject_kind = 'evidence'
         AND photo.subject_id IN (SELECT id::text FROM rectification_evidence
                               WHERE order_id = %(order)s AND removed_at IS NULL)))
 ORDER BY photo.place;
-- The thread with the reviewer.
SELECT m.id, m.side, m.author, m.text, m.sent_at, m.read_at
  FROM rectification_work_order AS o JOIN notices_message AS m ON m.thread_id = o.thread_id
 WHERE o.id = %(order)s ORDER BY m.id LIMIT 500;
-- Where its reviewer was served and by whom: hall, window, member of staff.
SELECT target.*
  FROM rectification_work_order AS o JOIN reviews_review AS r ON r.id = o.review_id,
       LATERAL (SELECT 1 AS n, 'halls' AS kind, id, code, name FROM directory_hall WHERE id = r.hall_id
                UNION ALL SELECT 2, 'windows', id, code, name FROM directory_window WHERE id = r.window_id
                UNION ALL SELECT 3, 'staff', id, code, name FROM directory_staff_member WHERE id = r.staff_id) AS target
 WHERE o.id = %(order)s ORDER BY target.n;
-- Each word of the reviewer on whether it is solved, of earlier rounds too.
SELECT solved, text, answered_at, changeable_until
  FROM rectification_solution_answer WHERE order_id = %(order)s ORDER BY answered_at, id;
-- What became of text messages about it, and how often its page was opened: for whom it is there (doors/tables.py).
SELECT what, word, state, at, times, people FROM haochaping_order_told(%(order)s) ORDER BY at;
-- contacts --
-- Calls of the relay that have rung, and messages of the reviewer, since the order went to its agency, whose outcome nobody
-- has recorded; oldest first.
SELECT 'relay' AS means, d.id::text AS ref, d.queued_at AS at
  FROM rectification_work_order AS o
  JOIN identity_relay_grant AS g ON g.basis = o.id AND g.purpose <> 'sample'
  JOIN notices_delivery AS d ON d."grant" = g.id AND d.channel = 'call' AND d.state IN ('sent', 'unclear')
 WHERE o.id = %(order)s AND d.queued_at >= o.dispatched_at
   AND NOT EXISTS (SELECT FROM rectification_callback AS c
                    WHERE c.order_id = o.id AND c.means = 'relay' AND c.contact = d.id::text)
UNION ALL
SELECT 'message', m.id::text, m.sent_at
  FROM rectification_work_order AS o
  JOIN notices_message AS m ON m.thread_id = o.thread_id AND m.side = 'reviewer'
 WHERE o.id = %(order)s AND m.sent_at >= o.dispatched_at
   AND NOT EXISTS (SELECT FROM rectification_callback AS c
                    WHERE c.order_id = o.id AND c.means = 'message' AND c.contact = m.id::text)
 ORDER BY at, ref
