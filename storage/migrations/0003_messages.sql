-- Transcripts, and what became of every message that left.

CREATE TABLE messages (
    message_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    seq bigint NOT NULL CHECK (seq > 0),
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    author text NOT NULL CHECK (author IN ('customer', 'agent', 'bot', 'system')),
    author_id uuid,
    content jsonb NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    reply_to uuid REFERENCES messages ON DELETE RESTRICT,
    provider_message_id text,
    sent_at timestamptz,
    at timestamptz NOT NULL,
    UNIQUE (conversation_id, seq),
    CONSTRAINT inbound_has_the_providers_id CHECK ((direction = 'inbound') = (provider_message_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_message_per_providers_id
    ON messages (endpoint_id, provider_message_id) WHERE direction = 'inbound';
CREATE INDEX messages_replied_to ON messages (reply_to) WHERE reply_to IS NOT NULL;

CREATE TABLE deliveries (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    status text NOT NULL CHECK (status IN (
        'parked', 'queued', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed', 'withdrawn', 'expired'
    )),
    -- The order in which reports count, whatever the order they come in; see DeliveryStatus.rank.
    rank smallint NOT NULL CHECK (rank BETWEEN 0 AND 7),
    provider_message_id text,
    error_code text,
    error_text text,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Set from the moment an attempt begins until its outcome is known.
    unresolved_since timestamptz,
    resent_in_doubt boolean NOT NULL DEFAULT false,
    handed_over boolean NOT NULL DEFAULT false,
    parked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT one_delivery_per_providers_id UNIQUE (account_id, provider_message_id),
    CONSTRAINT parked_has_an_end CHECK (status <> 'parked' OR parked_until IS NOT NULL)
);
CREATE INDEX deliveries_not_handed_over ON deliveries (created_at) WHERE NOT handed_over;
CREATE INDEX deliveries_in_doubt ON deliveries (updated_at)
    WHERE status = 'unknown' OR resent_in_doubt;

-- Reports about a message whose name at the provider we do not know yet.
CREATE TABLE parked_callbacks (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    provider_message_id text NOT NULL,
    status text NOT NULL,
    rank smallint NOT NULL CHECK (rank BETWEEN 0 AND 7),
    error_code text,
    error_text text,
    mail_kind text CHECK (mail_kind IN ('customer_wrote', 'window_refused', 'customer_opted_out')),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, provider_message_id, status)
);
CREATE INDEX parked_callbacks_by_age ON parked_callbacks (at);

CREATE TABLE media (
    media_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    message_id uuid REFERENCES messages ON DELETE RESTRICT,
    position integer NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('pending', 'stored', 'refused', 'failed')),
    mime_type text NOT NULL,
    file_name text,
    size bigint CHECK (size >= 0),
    sha256 bytea,
    source_url text,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stored_is_complete CHECK (state <> 'stored' OR (size IS NOT NULL AND sha256 IS NOT NULL))
);
CREATE INDEX media_of_message ON media (message_id, position);

CREATE TABLE notes (
    note_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX notes_of_conversation ON notes (conversation_id, note_id);

CREATE TABLE send_slots (
    endpoint_id uuid PRIMARY KEY REFERENCES endpoints ON DELETE RESTRICT,
    next_at timestamptz NOT NULL
);

CREATE TABLE watermarks (
    account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE RESTRICT,
    at timestamptz NOT NULL
);
