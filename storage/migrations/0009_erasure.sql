-- What was said is not kept for ever: how long transcripts stay, and people who are erased.

-- Counted from the end of a conversation. NULL: for ever.
ALTER TABLE organizations
    ADD COLUMN transcript_days integer CHECK (transcript_days > 0),
    ADD COLUMN media_days integer CHECK (media_days > 0);

ALTER TABLE contacts ADD COLUMN erased_at timestamptz;
-- Somebody who asks what we have of them knows their number, but not what we call it.
CREATE INDEX contact_ids_by_value ON contact_ids (value);

-- Nothing that was said is left in this conversation; its ids, times and directions are.
ALTER TABLE conversations ADD COLUMN emptied_at timestamptz;
CREATE INDEX conversations_to_empty ON conversations (closed_at)
    WHERE state = 'closed' AND emptied_at IS NULL;

ALTER TABLE media DROP CONSTRAINT media_state_check;
ALTER TABLE media ADD CONSTRAINT media_state_check
    CHECK (state IN ('pending', 'stored', 'refused', 'failed', 'erased'));
CREATE INDEX media_of_conversation ON media (conversation_id);
CREATE INDEX media_by_age ON media (created_at) WHERE state <> 'erased';

CREATE TABLE erasures (
    erasure_id uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE RESTRICT,
    state text NOT NULL DEFAULT 'requested'
        CHECK (state IN ('requested', 'erasing', 'incomplete', 'done')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    -- By what the person was known. Kept while it is needed to prove that nothing is left.
    identifiers text[],
    erased jsonb NOT NULL DEFAULT '{}',
    found jsonb NOT NULL DEFAULT '{}',
    certificate jsonb,
    finished_at timestamptz,
    CONSTRAINT done_is_certified CHECK (
        (state = 'done') = (finished_at IS NOT NULL)
        AND (state = 'done') = (certificate IS NOT NULL)
        AND (state <> 'done' OR identifiers IS NULL)
    )
);
CREATE UNIQUE INDEX one_erasure_at_a_time ON erasures (contact_id) WHERE finished_at IS NULL;
CREATE INDEX erasures_of_contact ON erasures (contact_id, erasure_id);
