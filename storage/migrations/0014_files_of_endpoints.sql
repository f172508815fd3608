-- Who may send files.
ALTER TABLE endpoints
    ADD COLUMN customers_may_send_files boolean NOT NULL DEFAULT true,
    ADD COLUMN agents_may_send_files boolean NOT NULL DEFAULT true;
