-- What a workstream tells and asks its customers, and by what else it reaches them.
ALTER TABLE workstreams
    ADD COLUMN monitoring_notice text NOT NULL DEFAULT 'as_organization'
        CHECK (monitoring_notice IN ('as_organization', 'on', 'off')),
    ADD COLUMN consent jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN fallback_endpoint_ids uuid[] NOT NULL DEFAULT '{}';
