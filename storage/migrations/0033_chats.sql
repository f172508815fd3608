-- Live chat: who is at the other end, whether they are connected, and what is known of their chat.

-- One customer at one widget in one browser, all its tabs together. Of the token only a digest is kept.
CREATE TABLE chat_sessions (
    session_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    widget_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    address text NOT NULL,
    authenticated boolean NOT NULL,
    display_name text,
    email text,
    phone text,
    -- The chat it takes part in: only then does its connection count for that chat.
    conversation_id uuid REFERENCES conversations ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX chat_sessions_of_conversation ON chat_sessions (conversation_id)
    WHERE conversation_id IS NOT NULL;
CREATE INDEX chat_sessions_of_address ON chat_sessions (address);
CREATE INDEX chat_sessions_by_age ON chat_sessions (last_seen_at);

-- Connected means: one of these has not run out. A socket and a long poll each have one.
CREATE TABLE chat_leases (
    lease_id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES chat_sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX chat_leases_of_session ON chat_leases (session_id);
CREATE INDEX chat_leases_by_expiry ON chat_leases (expires_at);

-- What a chat has beside its conversation.
CREATE TABLE chats (
    conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE RESTRICT,
    locale text,
    pre_chat jsonb NOT NULL DEFAULT '{}',
    context jsonb NOT NULL DEFAULT '{}',
    pages jsonb NOT NULL DEFAULT '[]',
    post_chat jsonb NOT NULL DEFAULT '{}',
    persistent boolean NOT NULL DEFAULT false,
    -- Since when no lease is left. Whoever sets or clears it tells the workflow in the same transaction.
    lost_at timestamptz,
    -- When an agent took it first: for how long customers wait on average.
    accepted_at timestamptz,
    -- Up to which message of the customer an agent has read.
    read_seq bigint NOT NULL DEFAULT 0
);
CREATE INDEX chats_by_acceptance ON chats (accepted_at) WHERE accepted_at IS NOT NULL;
