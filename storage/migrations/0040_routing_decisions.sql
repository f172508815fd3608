-- Why a conversation went where it went. Nothing that was said is in here.
CREATE TABLE routing_decisions (
    decision_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    explanation jsonb NOT NULL
);
CREATE INDEX routing_decisions_of_conversation ON routing_decisions (conversation_id, decision_id);
