-- Whoever gives out work is woken when somebody may take it who could not before.
CREATE FUNCTION work_may_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('holdfast_work', '');
    RETURN NULL;
END $$;

CREATE TRIGGER work_may_move AFTER INSERT OR UPDATE OR DELETE ON agent_skills
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER INSERT OR UPDATE OR DELETE ON agent_capacity_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER INSERT OR DELETE ON queue_members
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE OF work_limit, blocks_assignment ON capacity_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE OF enabled, capacity_units ON agents
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE ON workstreams
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE ON queues
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
CREATE TRIGGER work_may_move AFTER UPDATE ON operating_hours
    FOR EACH STATEMENT EXECUTE FUNCTION work_may_move();
