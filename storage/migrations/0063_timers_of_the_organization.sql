-- Durations that are the same in the whole organisation. What is not set has its default.
CREATE VIEW timers_of_the_organization AS
SELECT jsonb_strip_nulls(jsonb_build_object(
    'agent_lost', assignment -> 'agent_given_back_after'
)) AS timers
FROM organizations;
