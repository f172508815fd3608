-- Which rules decide where a workstream's conversations go. One set of each kind.
CREATE TABLE routing_rulesets (
    ruleset_id uuid PRIMARY KEY,
    workstream_id uuid NOT NULL REFERENCES workstreams ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('classification', 'route_to_queue')),
    rules jsonb NOT NULL,
    -- What the rules refer to, so that it is not removed while they do.
    queue_ids uuid[] NOT NULL,
    operating_hours_ids uuid[] NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT routing_rulesets_one_of_a_kind UNIQUE (workstream_id, kind)
);
