-- What admins configure. Removing one of these sets deleted_at: closed conversations keep their names.

CREATE TABLE organizations (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    name text NOT NULL,
    attachment_max_bytes bigint NOT NULL CHECK (attachment_max_bytes > 0),
    attachment_types text[] NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE agents (
    agent_id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    roles text[] NOT NULL CHECK (roles <@ ARRAY['agent', 'supervisor', 'admin', 'operator']),
    enabled boolean NOT NULL,
    password_hash text,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX agents_email_taken ON agents (lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE queues (
    queue_id uuid PRIMARY KEY,
    name text NOT NULL,
    priority integer NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX queues_name_taken ON queues (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE queue_members (
    queue_id uuid NOT NULL REFERENCES queues ON DELETE RESTRICT,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    PRIMARY KEY (queue_id, agent_id)
);
CREATE INDEX queue_members_of_agent ON queue_members (agent_id, queue_id);

CREATE TABLE workstreams (
    workstream_id uuid PRIMARY KEY,
    name text NOT NULL,
    channel text NOT NULL
        CHECK (channel IN ('whatsapp', 'line', 'google_business_messages', 'rcs', 'live_chat')),
    distribution text NOT NULL CHECK (distribution IN ('pick', 'push')),
    fallback_queue_id uuid NOT NULL REFERENCES queues ON DELETE RESTRICT,
    timers jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    UNIQUE (workstream_id, channel)
);
CREATE UNIQUE INDEX workstreams_name_taken ON workstreams (lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX workstreams_of_queue ON workstreams (fallback_queue_id);

CREATE TABLE accounts (
    account_id uuid PRIMARY KEY,
    channel text NOT NULL
        CHECK (channel IN ('whatsapp', 'line', 'google_business_messages', 'rcs', 'live_chat')),
    name text NOT NULL,
    settings jsonb NOT NULL,
    enabled boolean NOT NULL,
    last_webhook_at timestamptz,
    last_error text,
    last_error_at timestamptz,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    UNIQUE (account_id, channel)
);
CREATE UNIQUE INDEX accounts_name_taken ON accounts (lower(name)) WHERE deleted_at IS NULL;

-- A secret that is being rotated has two rows: both values are valid until the older one is cleared.
CREATE TABLE account_secrets (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    name text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sealed bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_four text NOT NULL CHECK (length(last_four) <= 4),
    PRIMARY KEY (account_id, name, set_at)
);

-- The channel is part of both references: an endpoint cannot mix channels.
CREATE TABLE endpoints (
    endpoint_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    channel text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    workstream_id uuid NOT NULL,
    language text NOT NULL,
    enabled boolean NOT NULL,
    settings jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    FOREIGN KEY (account_id, channel) REFERENCES accounts (account_id, channel) ON DELETE RESTRICT,
    FOREIGN KEY (workstream_id, channel) REFERENCES workstreams (workstream_id, channel) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX endpoints_address_taken ON endpoints (channel, address) WHERE deleted_at IS NULL;
CREATE INDEX endpoints_of_account ON endpoints (account_id, address);
CREATE INDEX endpoints_of_workstream ON endpoints (workstream_id);

CREATE TABLE templates (
    template_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    name text NOT NULL,
    default_language text NOT NULL,
    translations jsonb NOT NULL,
    variables text[] NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX templates_name_taken ON templates (account_id, name) WHERE deleted_at IS NULL;
