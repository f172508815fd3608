-- Mail that is about one agent names them: by the time it is read another one may have the conversation.
ALTER TABLE mailbox ADD COLUMN agent_id uuid;
