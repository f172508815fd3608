-- Endpoints are compared with the provider's list each for itself: a busy number, or one that cannot be
-- asked, does not hold the others up. Nothing sent before `at` has to be asked for again; the former
-- time of an account was that of its last look, before which some minutes were asked for once more.
CREATE TABLE endpoint_watermarks (
    endpoint_id uuid PRIMARY KEY REFERENCES endpoints ON DELETE RESTRICT,
    at timestamptz NOT NULL
);
INSERT INTO endpoint_watermarks (endpoint_id, at)
SELECT e.endpoint_id, w.at - interval '12 minutes'
FROM endpoints e JOIN watermarks w ON w.account_id = e.account_id;
-- `watermarks` stays for workers of the version before, while they are replaced.
