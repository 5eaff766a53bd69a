-- run: the rows in which a source numbers the cases of a day. A number ends in up to five digits; what stands before the
-- last five characters is the row it belongs to, and with it all numbers of a row are of one length. Cases that come with
-- their reviews only, as those of an evaluator's address and of history, are no row.
SELECT platform_id, day, head, right(min(case_no), 5) AS low, right(max(case_no), 5) AS high, count(*) AS n
  FROM (SELECT platform_id, day, case_no COLLATE "C" AS case_no, left(case_no, -5) AS head FROM sent_case WHERE verified) AS work
 GROUP BY platform_id, day, head
HAVING count(*) >= %(row_cases)s AND head <> ''
