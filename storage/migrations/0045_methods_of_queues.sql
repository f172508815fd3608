-- Who of a queue's members is asked first.
ALTER TABLE queues
    ADD COLUMN method text NOT NULL DEFAULT 'highest_capacity' CHECK (method IN (
        'highest_capacity', 'round_robin', 'least_active', 'most_idle', 'custom'
    ));
