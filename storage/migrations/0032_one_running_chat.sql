-- A customer may begin a new chat while an agent still wraps up the one that ended. For every other channel
-- this says what it always said: one running conversation per endpoint and address.
CREATE UNIQUE INDEX one_unfinished_conversation ON conversations (
    endpoint_id, address_id,
    (CASE WHEN channel = 'live_chat' AND ended_by IS NOT NULL THEN conversation_id
          ELSE '00000000-0000-0000-0000-000000000000'::uuid END)
) WHERE state <> 'closed';
DROP INDEX one_running_conversation;
