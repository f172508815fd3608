-- What waits for an agent is a small part of what is there.
CREATE INDEX conversations_waiting ON conversations (queue_id) WHERE state = 'open';

-- Whoever gives out work is woken when there is some, or when it asks for something else.
CREATE FUNCTION work_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('holdfast_work', NEW.queue_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER work_came AFTER INSERT ON conversations
    FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION work_came();
CREATE TRIGGER work_came_back AFTER UPDATE OF state, queue_id, priority, required_skills ON conversations
    FOR EACH ROW WHEN (
        NEW.state = 'open' AND (OLD.state, OLD.queue_id, OLD.priority, OLD.required_skills)
            IS DISTINCT FROM (NEW.state, NEW.queue_id, NEW.priority, NEW.required_skills)
    ) EXECUTE FUNCTION work_came();
