-- When the first agent took a conversation: how long people wait in a queue is an average of these.
ALTER TABLE conversations ADD COLUMN accepted_at timestamptz;
CREATE INDEX conversations_accepted ON conversations (queue_id, accepted_at) WHERE accepted_at IS NOT NULL;
