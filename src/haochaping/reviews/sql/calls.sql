-- Calls through the relay about an invitation that are over, and whether both sides were connected, oldest first.
SELECT d.id, g.granted_to, d.queued_at, d.state = 'sent'
  FROM identity_relay_grant g
  JOIN notices_delivery d ON d."grant" = g.id AND d.channel = 'call'
 WHERE g.basis = %(call)s AND g.purpose = 'invitation' AND d.state IN ('sent', 'unclear', 'no_phone')
 ORDER BY d.queued_at, d.id
