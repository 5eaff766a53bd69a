-- What waits in a division and each part of it: the part's code, empty for the division itself without those below.
SELECT split_part(substr(division.path, length(%(path)s) + 1), '.', 1), sum(waiting.offered)::bigint, sum(waiting.overdue)::bigint,
       sum(waiting.coming)::bigint, min(waiting.oldest_due_at), min(waiting.counted_at)
FROM publicity_waiting_texts AS waiting
JOIN directory_division AS division ON division.id = waiting.division_id
WHERE division.path >= %(low)s AND division.path < %(high)s
GROUP BY 1
