-- Whom a customer likes best, in order: asked first when one of their conversations is given out.
CREATE TABLE preferred_agents (
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    position smallint NOT NULL CHECK (position BETWEEN 1 AND 3),
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    PRIMARY KEY (contact_id, position),
    UNIQUE (contact_id, agent_id)
);
CREATE INDEX preferred_agents_of_agent ON preferred_agents (agent_id);
