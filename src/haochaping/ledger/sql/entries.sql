-- entries --
-- Entries with their salts, a destroyed salt being NULL; the condition is appended.
SELECT e.id, e.suite, e.day, e.kind, e.commitment, e.recorded_at, e.actor, e.subject_kind, e.subject_id,
       e.facts, e.has_fields, e.text_commitment, f.salt AS fields_salt, t.salt AS text_salt
  FROM ledger_entry e
  LEFT JOIN ledger_salt f ON f.entry_id = e.id AND f.name = 'fields'
  LEFT JOIN ledger_salt t ON t.entry_id = e.id AND t.name = 'text'
 WHERE 
