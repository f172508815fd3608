-- How much an agent can have at the same time. NULL: no limit in units.
ALTER TABLE agents ADD COLUMN capacity_units integer CHECK (capacity_units >= 0);
