-- Whose turn it is in a queue: who had none yet, by when they joined; then whose last is longest ago.
ALTER TABLE queue_members
    ADD COLUMN added_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN assigned_at timestamptz;
