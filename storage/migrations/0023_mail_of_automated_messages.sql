-- Mail that hands an automated message over to its conversation.
ALTER TABLE mailbox DROP CONSTRAINT mailbox_kind_check;
ALTER TABLE mailbox ADD CONSTRAINT mailbox_kind_check CHECK (
    kind IN ('customer_wrote', 'window_refused', 'customer_opted_out', 'restored', 'system_wrote')
);
