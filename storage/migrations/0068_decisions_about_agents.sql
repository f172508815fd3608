-- Beside why a conversation is in its queue: why it was offered to one agent, and not to others.
ALTER TABLE routing_decisions
    ADD COLUMN about text NOT NULL DEFAULT 'queue' CHECK (about IN ('queue', 'agent')),
    ADD COLUMN offer_id uuid;
