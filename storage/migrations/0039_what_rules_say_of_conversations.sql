-- What the rules said of a conversation when it began. A lower priority comes first, as with queues.
ALTER TABLE conversations
    ADD COLUMN priority integer NOT NULL DEFAULT 100,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN required_skills jsonb NOT NULL DEFAULT '[]';
