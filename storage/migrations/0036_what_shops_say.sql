-- What a shop says of its customer beside who they are; it becomes part of each chat's context.
ALTER TABLE chat_sessions ADD COLUMN context jsonb NOT NULL DEFAULT '{}';
