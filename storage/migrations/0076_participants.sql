-- Who takes part in a conversation beside its agent, and who did.
CREATE TABLE conversation_participants (
    participant_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    role text NOT NULL CHECK (role IN ('consult', 'monitor', 'join')),
    invited_by uuid REFERENCES agents ON DELETE RESTRICT,
    joined_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    left_at timestamptz
);
CREATE UNIQUE INDEX one_part_at_a_time ON conversation_participants (conversation_id, agent_id)
    WHERE left_at IS NULL;
CREATE INDEX parts_of_agent ON conversation_participants (agent_id) WHERE left_at IS NULL;
CREATE INDEX participants_of_conversation ON conversation_participants (conversation_id, participant_id);
CREATE INDEX open_consults ON offers (expires_at) WHERE state = 'open' AND purpose = 'consult';
