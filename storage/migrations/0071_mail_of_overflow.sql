-- A conversation that came to a closed or full queue is told that it ends.
ALTER TABLE mailbox DROP CONSTRAINT mailbox_kind_check;
ALTER TABLE mailbox ADD CONSTRAINT mailbox_kind_check CHECK (kind IN (
    'customer_wrote', 'window_refused', 'customer_opted_out', 'restored', 'system_wrote',
    'chat_started', 'connection_lost', 'customer_returned', 'customer_ended',
    'offered', 'agent_away', 'agent_returned', 'overflow_ended'
));
