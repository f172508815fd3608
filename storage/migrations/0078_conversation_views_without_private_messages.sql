-- What agents say to each other is not the last thing that was said.
CREATE OR REPLACE VIEW conversation_views AS
SELECT
    c.conversation_id, c.channel, c.endpoint_id, c.contact_id, c.workstream_id, c.queue_id, c.agent_id,
    c.state, c.opened_at, c.last_inbound_at, c.window_expires_at, c.state_changed_at, c.closed_at,
    c.close_reason, c.language, c.last_seq,
    e.name AS endpoint_name, q.name AS queue_name, g.name AS agent_name,
    jsonb_build_object(
        'contact_id', c.contact_id, 'display_name', p.display_name, 'address', a.value,
        'phone', a.phone,
        'opted_out_at', coalesce((
            SELECT o.opted_out_at FROM consents o
            WHERE o.endpoint_id = c.endpoint_id AND o.address_id = c.address_id
        ), p.erased_at)
    ) AS contact,
    (
        SELECT to_jsonb(v) FROM message_views v
        WHERE v.conversation_id = c.conversation_id AND v.author <> 'system'
          AND NOT v.details @> '{"audience": "agent"}'
        ORDER BY v.seq DESC LIMIT 1
    ) AS last_message,
    (
        SELECT jsonb_build_object(
            'message_id', m.message_id, 'at', m.at, 'status', d.status,
            'told', d.status IN ('accepted', 'sent', 'delivered', 'read'),
            'text_version', m.details -> 'text_version', 'language', m.details -> 'language'
        )
        FROM messages m JOIN deliveries d ON d.message_id = m.message_id
        WHERE m.message_id = c.notice_message_id
    ) AS monitoring_notice,
    (
        SELECT s.consent FROM consent_views s WHERE s.address_id = c.address_id
    ) AS consent,
    c.ended_by,
    CASE c.state
        WHEN 'disconnected' THEN c.state_changed_at + (
            SELECT (t.timers ->> 'connection_grace')::interval FROM widgets t
            WHERE t.endpoint_id = c.endpoint_id
        )
        WHEN 'reconnect_window' THEN c.state_changed_at + (
            SELECT (t.timers ->> 'reconnect_limit')::interval FROM widgets t
            WHERE t.endpoint_id = c.endpoint_id
        )
    END AS away_until,
    -- Not joins: they cost nothing for other channels, and more of them than eight are not reordered.
    CASE WHEN c.channel = 'live_chat' AND c.ended_by IS NULL AND c.state NOT IN ('wrap_up', 'closed')
        THEN EXISTS (
            SELECT FROM widgets t JOIN workstreams w ON w.workstream_id = c.workstream_id
            WHERE t.endpoint_id = c.endpoint_id AND NOT w.persistent
              AND t.timers ->> 'reconnect_limit' IS NOT NULL
              AND t.settings #>> '{reconnecting,portal_url}' IS NOT NULL
        )
        ELSE false
    END AS can_reconnect,
    c.priority, c.attributes, c.required_skills
FROM conversations c
JOIN endpoints e ON e.endpoint_id = c.endpoint_id
JOIN queues q ON q.queue_id = c.queue_id
JOIN addresses a ON a.address_id = c.address_id
JOIN contacts p ON p.contact_id = c.contact_id
LEFT JOIN agents g ON g.agent_id = c.agent_id;
