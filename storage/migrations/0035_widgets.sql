-- What a widget has beside its endpoint. `timers` are laid over those of the workstream.
CREATE TABLE widgets (
    endpoint_id uuid PRIMARY KEY REFERENCES endpoints ON DELETE RESTRICT,
    settings jsonb NOT NULL,
    timers jsonb NOT NULL
);
