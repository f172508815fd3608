-- What happens to agents who miss or decline work, or lose their connection (domain/assignment.py).
ALTER TABLE organizations ADD COLUMN assignment jsonb NOT NULL DEFAULT '{}';
