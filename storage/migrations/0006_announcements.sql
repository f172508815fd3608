-- What happened in one conversation, for whoever opens its transcript.

CREATE INDEX conversation_events_announced ON conversation_events (conversation_id, id)
    WHERE type = 'announced';
