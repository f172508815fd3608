-- Work that is offered, and what it takes of agents' capacity.

CREATE TABLE offers (
    offer_id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    queue_id uuid NOT NULL REFERENCES queues ON DELETE RESTRICT,
    purpose text NOT NULL CHECK (purpose IN ('assignment', 'transfer', 'consult')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN (
        'open', 'accepted', 'declined', 'timed_out', 'undelivered', 'withdrawn'
    )),
    accepted boolean NOT NULL DEFAULT false,
    offered_by uuid REFERENCES agents ON DELETE RESTRICT,
    offered_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL,
    shown_at timestamptz,
    settled_at timestamptz,
    reason text,
    CONSTRAINT settled_has_a_time CHECK ((state = 'open') = (settled_at IS NULL))
);
-- Nobody else is asked while somebody is.
CREATE UNIQUE INDEX one_open_offer ON offers (conversation_id)
    WHERE state = 'open' AND purpose <> 'consult';
CREATE INDEX offers_of_conversation ON offers (conversation_id, offer_id);
CREATE INDEX offers_of_agent_open ON offers (agent_id) WHERE state = 'open';

-- What each conversation takes of each agent. Freed means: no row.
CREATE TABLE capacity_leases (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    units integer NOT NULL CHECK (units >= 0),
    profile_ids uuid[] NOT NULL DEFAULT '{}',
    held_for text NOT NULL CHECK (held_for IN ('offer', 'conversation', 'consult')),
    forced boolean NOT NULL DEFAULT false,
    since timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (conversation_id, agent_id)
);
CREATE INDEX capacity_leases_of_agent ON capacity_leases (agent_id);

-- The sum over an agent's leases, and the row whose lock lets one decision about an agent be made at
-- a time. The trigger alone writes it, so that it is right whoever takes and frees leases.
CREATE TABLE agent_loads (
    agent_id uuid PRIMARY KEY REFERENCES agents ON DELETE RESTRICT,
    used_units integer NOT NULL DEFAULT 0 CHECK (used_units >= 0),
    sessions integer NOT NULL DEFAULT 0 CHECK (sessions >= 0),
    -- When work was last given, and when capacity was last freed: who is asked next depends on them.
    assigned_at timestamptz,
    freed_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT statement_timestamp()
);

CREATE FUNCTION keep_agent_load() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE agent_loads
        SET used_units = used_units - OLD.units, sessions = sessions - 1,
            freed_at = clock_timestamp(), changed_at = clock_timestamp()
        WHERE agent_id = OLD.agent_id;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO agent_loads AS l (agent_id, used_units, sessions, assigned_at)
        VALUES (NEW.agent_id, NEW.units, 1, clock_timestamp())
        ON CONFLICT (agent_id) DO UPDATE
        SET used_units = l.used_units + NEW.units, sessions = l.sessions + 1,
            assigned_at = CASE WHEN TG_OP = 'INSERT' THEN clock_timestamp() ELSE l.assigned_at END,
            changed_at = clock_timestamp();
    END IF;
    PERFORM pg_notify('holdfast_work', '');
    RETURN NULL;
END $$;
CREATE TRIGGER agent_load_is_kept
    AFTER INSERT OR DELETE OR UPDATE OF agent_id, units ON capacity_leases
    FOR EACH ROW EXECUTE FUNCTION keep_agent_load();

-- What agents hold already: what their workstreams took so far was never counted in units.
INSERT INTO capacity_leases (conversation_id, agent_id, units, held_for)
SELECT conversation_id, agent_id, 30, 'conversation' FROM conversations
WHERE holds_capacity AND state <> 'closed';
