-- A device of a hall speaks of a service online, or a web page of one at a window.
SELECT 'review' AS kind, id::text, platform_id, day, 'review.channel' AS field, 'other_channel' AS value_class
  FROM sent_review
 WHERE (channel IN ('hall_pad', 'hall_terminal') AND service_channel IN ('web', 'mobile'))
    OR (channel IN ('pc', 'mobile') AND service_channel IN ('window', 'self_service'))
