"""What agents are told of a chat beside its transcript."""

from datetime import datetime

from application.desk import viewer_of
from domain.chats import ChatFacts
from domain.configuration import Caller
from domain.conversations import State
from domain.ids import ConversationId
from domain.timers import TimerPolicy
from domain.views import ConversationView
from storage.chats import Chats
from storage.conversations import Conversations as ConversationList


class Insight:
    """Answers of the survey before it, context, pages visited, and whether somebody is there."""

    def __init__(self, listed: ConversationList, chats: Chats) -> None:
        self._listed = listed
        self._chats = chats

    async def facts(self, caller: Caller, conversation_id: ConversationId) -> ChatFacts:
        """Raise NotFound for conversations that the caller does not see, or that are no chats."""
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        facts = await self._chats.facts(conversation_id)
        timers = await self._listed.timer_policy(conversation_id)
        return facts.model_copy(update={"expected_until": _expected_until(conversation, facts, timers)})


def _expected_until(
    conversation: ConversationView, facts: ChatFacts, timers: TimerPolicy
) -> datetime | None:
    """For a countdown: the grace, and after it the time in which the agent is held."""
    if conversation.state is State.DISCONNECTED:
        return (facts.lost_at or conversation.state_changed_at) + timers.connection_grace
    if conversation.state is State.RECONNECT_WINDOW and timers.reconnect_limit is not None:
        return conversation.state_changed_at + timers.reconnect_limit
    return None
