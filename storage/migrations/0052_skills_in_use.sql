-- Who calls a skill by its name, in small letters: it cannot be removed or renamed meanwhile.
CREATE VIEW skills_named_by_rules AS
SELECT r.ruleset_id, lower(s ->> 'name') AS name, (s ->> 'level')::integer AS level
FROM routing_rulesets r, jsonb_path_query(r.rules, '$[*].outcome.skills[*]') AS s;

CREATE VIEW skills_needed_now AS
SELECT c.conversation_id, lower(s ->> 'name') AS name, (s ->> 'level')::integer AS level
FROM conversations c, jsonb_array_elements(c.required_skills) AS s
WHERE c.state <> 'closed';
