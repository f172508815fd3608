-- As what an agent begins when they sign in.
ALTER TABLE agents
    ADD COLUMN default_presence text NOT NULL DEFAULT 'available' CHECK (default_presence IN (
        'available', 'busy', 'do_not_disturb', 'away', 'offline'
    ));
