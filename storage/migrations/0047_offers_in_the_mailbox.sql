-- A workflow is told of offers, and of agents who are lost and return, like of everything else.
ALTER TABLE mailbox ADD COLUMN offer_id uuid;
ALTER TABLE mailbox DROP CONSTRAINT mailbox_kind_check;
ALTER TABLE mailbox ADD CONSTRAINT mailbox_kind_check CHECK (kind IN (
    'customer_wrote', 'window_refused', 'customer_opted_out', 'restored', 'system_wrote',
    'chat_started', 'connection_lost', 'customer_returned', 'customer_ended',
    'offered', 'agent_away', 'agent_returned'
));
