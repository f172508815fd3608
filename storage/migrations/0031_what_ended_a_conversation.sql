-- What put a conversation into wrap-up, or closed it at once. A live chat is over for its customer from then
-- on; a customer's own End is written here before the workflow knows of it.
ALTER TABLE conversations ADD COLUMN ended_by text;
