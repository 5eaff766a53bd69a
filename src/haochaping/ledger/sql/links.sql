-- links --
-- Links of the chain from an index on, each with its entry and salts; outer joins, because what is missing is the question.
SELECT c.index, c.leaf, c.head, c.entry_id,
       e.id, e.suite, e.day, e.kind, e.commitment, e.recorded_at, e.actor, e.subject_kind, e.subject_id,
       e.facts, e.has_fields, e.text_commitment, f.salt AS fields_salt, t.salt AS text_salt
  FROM ledger_chain c
  LEFT JOIN ledger_entry e ON e.id = c.entry_id
  LEFT JOIN ledger_salt f ON f.entry_id = c.entry_id AND f.name = 'fields'
  LEFT JOIN ledger_salt t ON t.entry_id = c.entry_id AND t.name = 'text'
 WHERE c.index >= %s
 ORDER BY c.index
 LIMIT %s
