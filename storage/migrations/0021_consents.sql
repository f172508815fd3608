-- Whether customers want to be written to, as they said to one endpoint: who unsubscribes from one agent
-- said nothing to the others. The columns `opted_out_at` and `consent_at` of addresses, which it was for a
-- whole channel, are read no more.
CREATE TABLE consents (
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE RESTRICT,
    address_id uuid NOT NULL REFERENCES addresses ON DELETE RESTRICT,
    -- Since when they want nothing. NULL: they may be written to.
    opted_out_at timestamptz,
    -- When they last said so beside their messages.
    consent_at timestamptz,
    PRIMARY KEY (endpoint_id, address_id)
);
CREATE INDEX consents_of_address ON consents (address_id);

INSERT INTO consents (endpoint_id, address_id, opted_out_at, consent_at)
SELECT DISTINCT c.endpoint_id, a.address_id, a.opted_out_at, a.consent_at
FROM addresses a JOIN conversations c ON c.address_id = a.address_id
WHERE a.opted_out_at IS NOT NULL OR a.consent_at IS NOT NULL;
