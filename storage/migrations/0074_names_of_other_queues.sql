-- With the other queue's name: operators find the conversation under it.
CREATE OR REPLACE VIEW timers_of_overflow AS
SELECT c.conversation_id, jsonb_build_object('queue_overflow', jsonb_build_object(
    'after', waits.for_long -> 'after', 'queue_id', other.queue_id, 'queue_name', other.name
)) AS timers
FROM conversations c
JOIN workstreams w ON w.workstream_id = c.workstream_id AND w.fallback_queue_id <> c.queue_id
JOIN queues q ON q.queue_id = c.queue_id
CROSS JOIN LATERAL (SELECT coalesce(c.overflow, q.overflow) -> 'waiting_time' AS for_long) AS waits
LEFT JOIN queues other ON other.queue_id = (waits.for_long ->> 'queue_id')::uuid
WHERE jsonb_typeof(waits.for_long) = 'object';
