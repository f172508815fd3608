CREATE TABLE operating_hours (
    operating_hours_id uuid PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL,
    weekly jsonb NOT NULL,
    holidays jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX operating_hours_name_taken ON operating_hours (lower(name)) WHERE deleted_at IS NULL;
