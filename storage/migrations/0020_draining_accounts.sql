-- The same for an account with all its endpoints.
ALTER TABLE accounts ADD COLUMN draining_since timestamptz;
