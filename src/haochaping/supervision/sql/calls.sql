-- Calls through the relay about a drawn review that are over, and how, oldest first.
SELECT d.id, d.queued_at
  FROM identity_relay_grant g
  JOIN notices_delivery d ON d."grant" = g.id AND d.channel = 'call'
 WHERE g.basis = %(sample)s AND g.purpose = 'sample' AND d.state IN ('sent', 'unclear', 'no_phone')
 ORDER BY d.queued_at, d.id
