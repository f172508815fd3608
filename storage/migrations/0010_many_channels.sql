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

-- When the customer last said, beside their messages, whether they want to be written to.
ALTER TABLE addresses ADD COLUMN consent_at timestamptz;
-- When the provider was last asked how a person calls themselves.
ALTER TABLE addresses ADD COLUMN profile_asked_at timestamptz;

-- `customer_typing` is told while it happens and never stored.
ALTER TABLE conversation_events DROP CONSTRAINT conversation_events_type_check;
ALTER TABLE conversation_events ADD CONSTRAINT conversation_events_type_check CHECK (type IN (
    'conversation_changed', 'message_added', 'message_changed', 'announced', 'customer_typing'
));

ALTER TABLE endpoints
    ADD COLUMN customers_may_send_files boolean NOT NULL DEFAULT true,
    ADD COLUMN agents_may_send_files boolean NOT NULL DEFAULT true;

ALTER TABLE organizations ADD COLUMN region text NOT NULL DEFAULT 'commercial'
    CHECK (region IN ('commercial', 'government'));

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
-- The attempt that used one: it had no key, so nobody may repeat it as if nothing had happened.
ALTER TABLE deliveries ADD COLUMN reply_attempt integer;
