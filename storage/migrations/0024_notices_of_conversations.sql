-- The message that told the customer that conversations are kept or recorded.
ALTER TABLE conversations ADD COLUMN notice_message_id uuid;
