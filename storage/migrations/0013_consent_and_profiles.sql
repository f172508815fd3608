ALTER TABLE addresses
    -- When the customer last said, beside their messages, whether they want to be written to.
    ADD COLUMN consent_at timestamptz,
    -- When the provider was last asked how a person calls themselves.
    ADD COLUMN profile_asked_at timestamptz;
