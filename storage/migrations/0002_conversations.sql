-- Who writes to us, and the conversations they have.

CREATE TABLE contacts (
    contact_id uuid PRIMARY KEY,
    display_name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE addresses (
    address_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE RESTRICT,
    channel text NOT NULL
        CHECK (channel IN ('whatsapp', 'line', 'google_business_messages', 'rcs', 'live_chat')),
    value text NOT NULL,
    phone text,
    other_ids jsonb NOT NULL DEFAULT '{}',
    opted_out_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (channel, value)
);
CREATE INDEX addresses_of_contact ON addresses (contact_id);

-- Every other id a provider gave us for a person. One id belongs to one contact, so somebody who
-- wrote with a number first and with a username later is recognised when any id is the same.
CREATE TABLE contact_ids (
    channel text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE RESTRICT,
    PRIMARY KEY (channel, kind, value)
);

CREATE TABLE conversations (
    conversation_id uuid PRIMARY KEY,
    channel text NOT NULL
        CHECK (channel IN ('whatsapp', 'line', 'google_business_messages', 'rcs', 'live_chat')),
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    address_id uuid NOT NULL REFERENCES addresses ON DELETE RESTRICT,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE RESTRICT,
    workstream_id uuid NOT NULL REFERENCES workstreams ON DELETE RESTRICT,
    queue_id uuid NOT NULL REFERENCES queues ON DELETE RESTRICT,
    agent_id uuid REFERENCES agents ON DELETE RESTRICT,
    preferred_agent_id uuid REFERENCES agents ON DELETE RESTRICT,
    state text NOT NULL DEFAULT 'open' CHECK (state IN (
        'open', 'active', 'waiting', 'disconnected', 'reconnect_window', 'template_only', 'wrap_up', 'closed'
    )),
    holds_capacity boolean NOT NULL DEFAULT false,
    language text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    last_inbound_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    window_expires_at timestamptz,
    state_changed_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    closed_at timestamptz,
    close_reason text,
    -- The workflow's count of its projections, the last place given in the mailbox, in the transcript.
    revision bigint NOT NULL DEFAULT 0 CHECK (revision >= 0),
    mailbox_seq bigint NOT NULL DEFAULT 0 CHECK (mailbox_seq >= 0),
    last_seq bigint NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    CONSTRAINT closed_has_a_time CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT capacity_is_somebodys CHECK (
        NOT holds_capacity OR (agent_id IS NOT NULL AND state <> 'closed')
    )
);
CREATE UNIQUE INDEX one_running_conversation
    ON conversations (endpoint_id, address_id) WHERE state <> 'closed';
CREATE INDEX conversations_running ON conversations (conversation_id) WHERE state <> 'closed';
CREATE INDEX conversations_running_in_queue ON conversations (queue_id) WHERE state <> 'closed';
CREATE INDEX conversations_running_of_agent ON conversations (agent_id) WHERE state <> 'closed';
CREATE INDEX conversations_running_in_workstream ON conversations (workstream_id) WHERE state <> 'closed';
CREATE INDEX conversations_of_agent ON conversations (agent_id, conversation_id);
CREATE INDEX conversations_of_contact ON conversations (contact_id);

-- What a conversation's workflow has not been told yet. A row is deleted once it was told.
CREATE TABLE mailbox (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    position bigint NOT NULL CHECK (position > 0),
    kind text NOT NULL CHECK (kind IN ('customer_wrote', 'window_refused', 'customer_opted_out')),
    message_id uuid,
    has_media boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, position)
);
CREATE INDEX mailbox_by_age ON mailbox (at);
