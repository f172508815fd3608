-- What the live stream tells, and the shapes in which people see conversations and messages.

CREATE TABLE conversation_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Readers stop before the oldest running transaction: a row below that line can no longer appear.
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    type text NOT NULL
        CHECK (type IN ('conversation_changed', 'message_added', 'message_changed', 'announced')),
    message_id uuid,
    data jsonb NOT NULL DEFAULT '{}',
    -- Who could see the conversation until this change, so that they learn that it left them.
    left_agent_id uuid,
    left_queue_id uuid,
    at timestamptz NOT NULL DEFAULT statement_timestamp()
);
CREATE UNIQUE INDEX conversation_events_in_order ON conversation_events (xid, id);
CREATE INDEX conversation_events_by_age ON conversation_events (at);
CREATE INDEX conversation_events_of_message ON conversation_events (message_id)
    WHERE message_id IS NOT NULL;

CREATE VIEW message_views AS
SELECT
    m.message_id, m.conversation_id, m.seq, m.direction, m.author, m.author_id,
    CASE
        WHEN m.content ->> 'kind' = 'media' THEN m.content || jsonb_build_object('items', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'media_id', f.media_id, 'mime_type', f.mime_type, 'state', f.state,
                'file_name', f.file_name, 'size', f.size, 'reason', f.reason
            ) ORDER BY f.position), '[]')
            FROM media f WHERE f.message_id = m.message_id
        ))
        ELSE m.content
    END AS content,
    m.at, m.reply_to, m.details,
    CASE WHEN d.message_id IS NOT NULL THEN jsonb_build_object(
        'status', d.status, 'error_code', d.error_code, 'error_text', d.error_text,
        'attempts', d.attempts, 'resent_in_doubt', d.resent_in_doubt, 'updated_at', d.updated_at
    ) END AS delivery
FROM messages m
LEFT JOIN deliveries d ON d.message_id = m.message_id;

CREATE VIEW conversation_views AS
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
    ) AS last_message
FROM conversations c
JOIN endpoints e ON e.endpoint_id = c.endpoint_id
JOIN queues q ON q.queue_id = c.queue_id
JOIN addresses a ON a.address_id = c.address_id
JOIN contacts p ON p.contact_id = c.contact_id
LEFT JOIN agents g ON g.agent_id = c.agent_id;
