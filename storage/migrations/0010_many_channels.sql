-- What the messengers beside WhatsApp bring along.

-- What a customer took back or changed before the message itself was here. Applied as soon as it is.
CREATE TABLE afterthoughts (
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    provider_message_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('edited', 'withdrawn')),
    content jsonb,
    said_at timestamptz NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint_id, provider_message_id),
    CONSTRAINT edited_has_a_content CHECK ((kind = 'edited') = (content IS NOT NULL))
);
CREATE INDEX afterthoughts_by_age ON afterthoughts (at);

-- Who confirmed, and when, that customers' data leaves for the provider: by version of the text.
CREATE TABLE privacy_acknowledgements (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE RESTRICT,
    version text NOT NULL,
    acknowledged_by text NOT NULL,
    acknowledged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, version)
);
INSERT INTO privacy_acknowledgements (account_id, version, acknowledged_by)
SELECT account_id, '1', 'migration' FROM accounts WHERE deleted_at IS NULL;

-- The right to answer one message of a customer for free. It ends within a minute, or with its use.
CREATE TABLE reply_tokens (
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    address_id uuid NOT NULL REFERENCES addresses ON DELETE RESTRICT,
    token text NOT NULL,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (endpoint_id, address_id, token)
);
CREATE INDEX reply_tokens_by_age ON reply_tokens (at);
