"""What agents are told of a chat beside its transcript."""

from application.desk import viewer_of
from domain.chats import ChatFacts
from domain.configuration import Caller
from domain.ids import ConversationId
from storage.chats import Chats
from storage.conversations import Conversations as ConversationList


class Insight:
    """Answers of the survey before it, context, pages visited, and whether somebody is there."""

    def __init__(self, listed: ConversationList, chats: Chats) -> None:
        self._listed = listed
        self._chats = chats

    async def facts(self, caller: Caller, conversation_id: ConversationId) -> ChatFacts:
        """Raise NotFound for conversations that the caller does not see, or that are no chats."""
        await self._listed.get(conversation_id, viewer_of(caller))
        return await self._chats.facts(conversation_id)
