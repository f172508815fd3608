-- Mail that tells a workflow that the database was restored from a backup.

ALTER TABLE mailbox DROP CONSTRAINT mailbox_kind_check;
ALTER TABLE mailbox ADD CONSTRAINT mailbox_kind_check
    CHECK (kind IN ('customer_wrote', 'window_refused', 'customer_opted_out', 'restored'));
