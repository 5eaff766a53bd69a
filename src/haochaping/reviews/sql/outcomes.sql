-- Invitations whose text message has its outcome, and what it was. A message that was erased since has gone out.
SELECT i.id, i.message, coalesce(d.state, 'sent')
  FROM reviews_invitation i
  LEFT JOIN notices_delivery d ON d.id = i.message
 WHERE i.message IS NOT NULL AND coalesce(d.state, 'sent') IN ('sent', 'no_phone', 'given_up')
 ORDER BY i.message
 LIMIT %(limit)s
