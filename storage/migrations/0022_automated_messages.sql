-- What is said by itself, and what customers are asked once.

CREATE TABLE automated_messages (
    automated_message_id uuid PRIMARY KEY,
    trigger text NOT NULL,
    recipient text NOT NULL CHECK (recipient IN ('customer', 'agent')),
    channel text NOT NULL,
    -- Null: on every endpoint of the channel that has none of its own.
    endpoint_id uuid REFERENCES endpoints ON DELETE RESTRICT,
    wording jsonb NOT NULL,
    enabled boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT nothing_may_leave
        CHECK (recipient = 'agent' OR trigger NOT IN ('window_closed', 'customer_opted_out'))
);
CREATE UNIQUE INDEX automated_messages_channel_taken ON automated_messages (trigger, recipient, channel)
    WHERE endpoint_id IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX automated_messages_endpoint_taken
    ON automated_messages (endpoint_id, trigger, recipient)
    WHERE endpoint_id IS NOT NULL AND deleted_at IS NULL;

-- What a customer was asked, and what they answered. The words are those of the time of the question.
-- Messages and conversations are named without a reference, which would lock those busy tables.
CREATE TABLE consent_questions (
    address_id uuid PRIMARY KEY REFERENCES addresses ON DELETE RESTRICT,
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    text_version integer NOT NULL,
    language text NOT NULL,
    yes_words text[] NOT NULL,
    no_words text[] NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    answer text CHECK (answer IN ('given', 'refused')),
    answered_at timestamptz,
    answer_message_id uuid,
    CONSTRAINT answer_is_complete CHECK (
        (answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answer_message_id IS NULL)
    )
);
