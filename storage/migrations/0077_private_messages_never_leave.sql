-- What is for agents only is never delivered, whatever asks for it.
CREATE FUNCTION refuse_private_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM messages
        WHERE message_id = NEW.message_id AND details @> '{"audience": "agent"}'
    ) THEN
        RAISE EXCEPTION 'message % is for agents only', NEW.message_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER never_leaves BEFORE INSERT ON deliveries
    FOR EACH ROW EXECUTE FUNCTION refuse_private_delivery();
