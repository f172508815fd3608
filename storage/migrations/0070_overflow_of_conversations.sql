-- What the rule that chose the queue says of overflow there. NULL: what the queue says.
ALTER TABLE conversations ADD COLUMN overflow jsonb;
