-- Presences that admins named, those of agents, and the leases of their windows.

CREATE TABLE presences (
    presence_id uuid PRIMARY KEY,
    name text NOT NULL,
    base text NOT NULL
        CHECK (base IN ('available', 'busy', 'do_not_disturb', 'away', 'offline')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX presences_name_taken ON presences (lower(name)) WHERE deleted_at IS NULL;

-- What was chosen and what the system imposed; the presence that follows is worked out when it is read.
CREATE TABLE agent_presences (
    agent_id uuid PRIMARY KEY REFERENCES agents ON DELETE RESTRICT,
    chosen text CHECK (chosen IN ('available', 'busy', 'do_not_disturb', 'away', 'offline')),
    presence_id uuid REFERENCES presences ON DELETE RESTRICT,
    chosen_at timestamptz,
    imposed text CHECK (imposed IN ('inactive', 'do_not_disturb')),
    imposed_at timestamptz,
    -- Since when no window of theirs is left. NULL: connected. Who was never connected has no row.
    lost_at timestamptz,
    -- They were gone for too long, and what they had was taken back.
    given_back_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT statement_timestamp()
);

CREATE TABLE agent_leases (
    lease_id uuid PRIMARY KEY,
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX agent_leases_of_agent ON agent_leases (agent_id);
CREATE INDEX agent_leases_by_expiry ON agent_leases (expires_at);
