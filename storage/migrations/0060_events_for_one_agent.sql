-- What is told to one agent only, such as an offer. NULL: to everybody who sees the conversation.
ALTER TABLE conversation_events
    ADD COLUMN to_agent_id uuid,
    DROP CONSTRAINT conversation_events_type_check,
    ADD CONSTRAINT conversation_events_type_check CHECK (type IN (
        'conversation_changed', 'message_added', 'message_changed', 'announced',
        'offer_made', 'offer_settled'
    ));
