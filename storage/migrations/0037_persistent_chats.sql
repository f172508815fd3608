-- Live chats that outlive their connection. What is there stays as it is.
ALTER TABLE workstreams
    ADD COLUMN persistent boolean NOT NULL DEFAULT false CHECK (NOT persistent OR channel = 'live_chat');
