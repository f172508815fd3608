-- Since when an endpoint takes no new conversations, because it goes when its last one is over.
ALTER TABLE endpoints ADD COLUMN draining_since timestamptz;
