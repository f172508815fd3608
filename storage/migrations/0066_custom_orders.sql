-- Of queues whose method is `custom`: what comes first, and whom it is offered to.
ALTER TABLE queues ADD COLUMN custom_order jsonb NOT NULL DEFAULT '{}';

-- A skill that one of them names cannot be removed or renamed either.
CREATE OR REPLACE VIEW skills_named_by_rules AS
SELECT r.ruleset_id, lower(s ->> 'name') AS name, (s ->> 'level')::integer AS level
FROM routing_rulesets r, jsonb_path_query(r.rules, '$[*].outcome.skills[*]') AS s
UNION ALL
SELECT q.queue_id, lower(s ->> 'name'), (s ->> 'level')::integer
FROM queues q, jsonb_path_query(q.custom_order, '$.rules[*].having[*]') AS s
WHERE q.deleted_at IS NULL;
