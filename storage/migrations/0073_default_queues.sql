-- Every agent is a member of every default queue.
CREATE FUNCTION join_default_queues() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An agent and a queue that come at the same moment would not see each other.
    PERFORM pg_advisory_xact_lock(hashtextextended('default queues', 0));
    INSERT INTO queue_members (queue_id, agent_id)
    SELECT q.queue_id, a.agent_id
    FROM queues q, agents a
    WHERE q.is_default AND q.deleted_at IS NULL AND a.deleted_at IS NULL
      AND CASE WHEN TG_TABLE_NAME = 'agents' THEN a.agent_id = (to_jsonb(NEW) ->> 'agent_id')::uuid
               ELSE q.queue_id = (to_jsonb(NEW) ->> 'queue_id')::uuid END
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER joins_default_queues AFTER INSERT ON agents
    FOR EACH ROW EXECUTE FUNCTION join_default_queues();
CREATE TRIGGER is_joined AFTER INSERT OR UPDATE OF is_default ON queues
    FOR EACH ROW WHEN (NEW.is_default) EXECUTE FUNCTION join_default_queues();
