-- Count anew what waits, by division; of reviews that stand.
WITH counted AS (
    SELECT waiting.division_id, count(waiting.offered_at) AS offered,
           count(*) FILTER (WHERE waiting.due_at < %(now)s) AS overdue,
           count(*) - count(waiting.offered_at) AS coming, min(waiting.due_at) AS oldest
      FROM publicity_undecided AS waiting
      JOIN reviews_review AS review ON review.id = waiting.review_id
     WHERE review.status NOT IN ('withdrawn', 'excluded')
     GROUP BY waiting.division_id
), gone AS (
    DELETE FROM publicity_waiting_texts WHERE division_id NOT IN (SELECT division_id FROM counted)
)
INSERT INTO publicity_waiting_texts AS known (division_id, offered, overdue, coming, oldest_due_at, counted_at)
SELECT division_id, offered, overdue, coming, oldest, %(now)s FROM counted
ON CONFLICT (division_id) DO UPDATE
   SET offered = excluded.offered, overdue = excluded.overdue, coming = excluded.coming, oldest_due_at = excluded.oldest_due_at,
       counted_at = excluded.counted_at
