-- A customer follows one conversation among all.
CREATE INDEX conversation_events_of_conversation ON conversation_events (conversation_id, xid, id);
