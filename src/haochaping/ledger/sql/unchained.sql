-- unchained --
-- The oldest entry recorded before a moment that is not in the chain, whether or not it is still marked as waiting.
SELECT e.id, e.recorded_at
  FROM ledger_entry e
 WHERE e.recorded_at < %s
   AND NOT EXISTS (SELECT FROM ledger_chain c WHERE c.entry_id = e.id)
 ORDER BY e.id
 LIMIT 1
