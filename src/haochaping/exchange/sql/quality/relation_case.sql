-- sent_case: the cases that sources sent in the scope, also those that nobody has signed and those of history (`verified`
-- is false of both), whose delays mean nothing. The day is that in Beijing, eight hours ahead: so it takes a third of what
-- the time zone's name takes. The statistics of cases (migration 0004) know it in these very words.
SELECT work.id, work.platform_id, date 'epoch' + floor((date_part('epoch', work.received_at) + 28800) / 86400)::int AS day,
       work.case_no, work.item_id, work.agency_id, work.division_id, work.status, work.applied_at, work.accepted_at,
       work.completed_at, work.person_doubt, work.code_doubt, work.verified, work.received_at, work.updated_at
  FROM cases_case AS work
 WHERE work.id >= %(first)s AND work.id < %(end)s
   AND work.platform_id = ANY (%(platforms)s::bigint[])
