-- Leases of agents' windows end with the session they belong to; a presence begins anew after it.
ALTER TABLE agent_leases ADD COLUMN token_hash bytea;
CREATE INDEX agent_leases_of_token ON agent_leases (token_hash);

ALTER TABLE agent_presences
    -- When they came: what holds from then on is not what held before.
    ADD COLUMN came_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    -- They said that they leave: whatever they had chosen is over.
    ADD COLUMN signed_out boolean NOT NULL DEFAULT false,
    -- Workflows give back what lost agents had, each by a timer of its own.
    DROP COLUMN given_back_at;
CREATE INDEX agent_presences_lost ON agent_presences (agent_id) WHERE lost_at IS NOT NULL;

-- Whoever changes a presence, or what one follows from: the agent and supervisors are told.
CREATE FUNCTION tell_of_presence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('holdfast_events', 'presence ' || NEW.agent_id);
    RETURN NULL;
END $$;
CREATE TRIGGER presence_is_told AFTER INSERT OR UPDATE ON agent_presences
    FOR EACH ROW EXECUTE FUNCTION tell_of_presence();
CREATE TRIGGER presence_is_told AFTER INSERT OR UPDATE ON agent_loads
    FOR EACH ROW EXECUTE FUNCTION tell_of_presence();
CREATE TRIGGER presence_is_told AFTER UPDATE OF capacity_units ON agents
    FOR EACH ROW EXECUTE FUNCTION tell_of_presence();

CREATE TRIGGER work_may_move AFTER INSERT OR UPDATE ON agent_presences
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE OF base ON presences
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
