-- Apart from the table: whoever reads holds the view and then waits for the table.
CREATE OR REPLACE VIEW conversation_views AS
SELECT
    c.conversation_id, c.channel, c.endpoint_id, c.contact_id, c.workstream_id, c.queue_id, c.agent_id,
    c.state, c.opened_at, c.last_inbound_at, c.window_expires_at, c.state_changed_at, c.closed_at,
    c.close_reason, c.language, c.last_seq,
    e.name AS endpoint_name, q.name AS queue_name, g.name AS agent_name,
    jsonb_build_object(
        'contact_id', c.contact_id, 'display_name', p.display_name, 'address', a.value,
        'phone', a.phone, 'opted_out_at', a.opted_out_at
    ) AS contact,
    (
        SELECT to_jsonb(v) FROM message_views v
        WHERE v.conversation_id = c.conversation_id ORDER BY v.seq DESC LIMIT 1
    ) AS last_message,
    c.ended_by,
    CASE c.state
        WHEN 'disconnected' THEN c.state_changed_at + (chat.timers ->> 'connection_grace')::interval
        WHEN 'reconnect_window' THEN c.state_changed_at + (chat.timers ->> 'reconnect_limit')::interval
    END AS away_until,
    coalesce(
        chat.timers ->> 'reconnect_limit' IS NOT NULL
        AND chat.settings #>> '{reconnecting,portal_url}' IS NOT NULL,
        false
    ) AND NOT w.persistent AND c.ended_by IS NULL AND c.state NOT IN ('wrap_up', 'closed') AS can_reconnect
FROM conversations c
JOIN endpoints e ON e.endpoint_id = c.endpoint_id
JOIN queues q ON q.queue_id = c.queue_id
JOIN addresses a ON a.address_id = c.address_id
JOIN contacts p ON p.contact_id = c.contact_id
JOIN workstreams w ON w.workstream_id = c.workstream_id
LEFT JOIN agents g ON g.agent_id = c.agent_id
LEFT JOIN widgets chat ON chat.endpoint_id = c.endpoint_id;
