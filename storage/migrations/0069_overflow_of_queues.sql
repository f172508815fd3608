-- When somebody answers in a queue, and what happens when it is too much (domain/overflow.py).
ALTER TABLE queues
    ADD COLUMN operating_hours_id uuid REFERENCES operating_hours,
    ADD COLUMN overflow jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN is_default boolean NOT NULL DEFAULT false;

-- Every queue into which it overflows.
CREATE FUNCTION queues_in_overflow(overflow jsonb) RETURNS uuid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY(
        SELECT (measure.value ->> 'queue_id')::uuid FROM jsonb_each(overflow) AS measure
        WHERE measure.value ->> 'queue_id' IS NOT NULL
    )
$$;
