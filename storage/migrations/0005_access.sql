-- Who may come in, what they changed, and what came in that nobody could read.

CREATE TABLE api_keys (
    key_id uuid PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    hash bytea NOT NULL CONSTRAINT api_keys_hash_taken UNIQUE,
    scopes text[] NOT NULL CHECK (scopes <@ ARRAY[
        'config:read', 'config:write', 'secrets:write', 'agent', 'supervisor', 'operator'
    ]),
    agent_id uuid REFERENCES agents ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_of_agent ON api_keys (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE sessions (
    hash bytea PRIMARY KEY,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_of_agent ON sessions (agent_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sign_in_failures (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failures_of_subject ON sign_in_failures (subject, at);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (at);

CREATE TABLE audit_entries (
    entry_id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    subject_id uuid,
    changes jsonb NOT NULL
);
CREATE INDEX audit_entries_of_subject ON audit_entries (subject, subject_id, entry_id);

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    body bytea,
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key),
    CONSTRAINT finished_is_complete CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (started_at);

CREATE TABLE quarantined_webhooks (
    webhook_id uuid PRIMARY KEY,
    account_id uuid REFERENCES accounts ON DELETE RESTRICT,
    why text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quarantined_webhooks_by_age ON quarantined_webhooks (received_at);
