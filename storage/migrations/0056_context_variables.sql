-- What pages, shops and bots may tell of a conversation, by name, and what kind of thing each is.
ALTER TABLE workstreams ADD COLUMN context_variables jsonb NOT NULL DEFAULT '[]';
