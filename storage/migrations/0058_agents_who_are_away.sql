-- Of which agent a conversation's workflow was told that they are away. NULL: of none.
ALTER TABLE conversations ADD COLUMN away_agent_id uuid;
CREATE INDEX conversations_told_away ON conversations (away_agent_id)
    WHERE away_agent_id IS NOT NULL AND state <> 'closed';
