-- The attempt that used a reply token: it had no key, so nobody may repeat it as if nothing had happened.
ALTER TABLE deliveries ADD COLUMN reply_attempt integer;
