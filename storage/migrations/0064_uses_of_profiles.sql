-- How much of each of their capacity profiles agents have in use. What is had now and was begun today
-- counts once; days end where the organisation is.
CREATE VIEW profile_uses AS
SELECT h.agent_id, h.profile_id, coalesce(h.work_limit, p.work_limit) AS work_limit,
       p.blocks_assignment, used.number AS used
FROM agent_capacity_profiles h
JOIN capacity_profiles p ON p.profile_id = h.profile_id AND p.deleted_at IS NULL
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM (
        SELECT c.conversation_id FROM capacity_leases c
        WHERE c.agent_id = h.agent_id AND h.profile_id = ANY (c.profile_ids)
        UNION
        SELECT u.conversation_id FROM capacity_uses u
        WHERE u.agent_id = h.agent_id AND u.profile_id = h.profile_id
          AND p.reset = 'end_of_day'
          AND u.used_at >= date_trunc('day', clock_timestamp(), coalesce(
              (SELECT assignment ->> 'time_zone' FROM organizations), 'UTC'
          ))
    ) AS conversations
) AS used;
