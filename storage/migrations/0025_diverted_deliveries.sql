-- Where a message leaves when its customer cannot be reached by the conversation's own channel.
ALTER TABLE deliveries
    ADD COLUMN via_endpoint_id uuid,
    ADD COLUMN via_address_id uuid,
    ADD CONSTRAINT diverted_is_complete CHECK ((via_endpoint_id IS NULL) = (via_address_id IS NULL)) NOT VALID;
