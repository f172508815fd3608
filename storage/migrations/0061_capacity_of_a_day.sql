-- Of a profile whose capacity comes back at the end of the day, what was had today stays used.
CREATE TABLE capacity_uses (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE RESTRICT,
    profile_id uuid NOT NULL REFERENCES capacity_profiles ON DELETE RESTRICT,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE RESTRICT,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (agent_id, profile_id, conversation_id)
);

CREATE FUNCTION keep_capacity_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(NEW.profile_ids) > 0 THEN
        -- A day has at most 25 hours; what is older counts nowhere on earth.
        DELETE FROM capacity_uses
        WHERE agent_id = NEW.agent_id AND used_at < clock_timestamp() - interval '2 days';
        INSERT INTO capacity_uses (agent_id, profile_id, conversation_id)
        SELECT NEW.agent_id, p.profile_id, NEW.conversation_id FROM capacity_profiles p
        WHERE p.profile_id = ANY (NEW.profile_ids) AND p.reset = 'end_of_day'
        ON CONFLICT (agent_id, profile_id, conversation_id) DO UPDATE SET used_at = excluded.used_at;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER capacity_use_is_kept
    AFTER INSERT OR UPDATE OF held_for ON capacity_leases
    FOR EACH ROW WHEN (NEW.held_for = 'conversation') EXECUTE FUNCTION keep_capacity_use();
