-- The span a message came in, where that is traced: another process may dispatch it, in the same trace.
ALTER TABLE mailbox ADD COLUMN traceparent text;
