-- How a workstream's work is given out (domain/distribution.py); what is left out has its default.
ALTER TABLE workstreams ADD COLUMN work jsonb NOT NULL DEFAULT '{}';
