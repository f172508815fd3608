-- That conversations are kept or recorded, as customers are told.
ALTER TABLE organizations ADD COLUMN monitoring_notice jsonb NOT NULL DEFAULT '{}';
