-- What agents can do, and how well. Rules and conversations name a skill by its name.
CREATE TABLE skills (
    skill_id uuid PRIMARY KEY,
    name text NOT NULL,
    -- The names of its levels, the lowest first: its rating model.
    levels jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX skills_name_taken ON skills (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE agent_skills (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    skill_id uuid NOT NULL REFERENCES skills ON DELETE RESTRICT,
    level integer NOT NULL CHECK (level BETWEEN 1 AND 100),
    PRIMARY KEY (agent_id, skill_id)
);
CREATE INDEX agent_skills_by_skill ON agent_skills (skill_id);

CREATE TABLE capacity_profiles (
    profile_id uuid PRIMARY KEY,
    name text NOT NULL,
    work_limit integer NOT NULL CHECK (work_limit > 0),
    blocks_assignment boolean NOT NULL DEFAULT true,
    reset text NOT NULL DEFAULT 'immediate' CHECK (reset IN ('immediate', 'end_of_day')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX capacity_profiles_name_taken ON capacity_profiles (lower(name))
    WHERE deleted_at IS NULL;

-- Which profiles an agent has. `work_limit` NULL: the profile's own.
CREATE TABLE agent_capacity_profiles (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES capacity_profiles ON DELETE RESTRICT,
    work_limit integer CHECK (work_limit > 0),
    PRIMARY KEY (agent_id, profile_id)
);
CREATE INDEX agent_capacity_profiles_of_profile ON agent_capacity_profiles (profile_id);
