"""What customers tap instead of writing: it comes in as a choice, with the payload that was offered."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from application.chats.chatting import Chatting
from domain.chats import ChatMessage, ChatSession
from domain.errors import InvalidInput
from domain.ids import ConversationId, MessageId
from domain.messages import Cards, Choice, Content, Text
from domain.suggestions import Reply
from storage.chat_messages import ChatMessages


class Tapped(NamedTuple):
    """Beneath which message, or on a card of it, and which of the replies there."""

    message_id: MessageId
    payload: str


class Choosing:
    """A browser may send anything: only what was offered in this chat is taken."""

    def __init__(self, chatting: Chatting, messages: ChatMessages) -> None:
        self._chatting = chatting
        self._messages = messages

    async def tap(
        self, session: ChatSession, conversation_id: ConversationId, client_id: UUID, tapped: Tapped
    ) -> tuple[ChatMessage, bool]:
        """Keep it as a choice; say whether it is new. Raise InvalidInput for what nobody offered."""
        await self._chatting.view(session, conversation_id)
        seen = await self._messages.these(conversation_id, [tapped.message_id])
        offered = _replies(seen[tapped.message_id].content) if seen else iter(())
        reply = next((each for each in offered if each.payload == tapped.payload), None)
        if reply is None:
            raise InvalidInput("This was not offered in that message.", field="payload")
        choice = Choice(text=reply.text, payload=reply.payload, source="button")
        return await self._chatting.keep(session, conversation_id, client_id, choice)


def _replies(content: Content) -> Iterator[Reply]:
    match content:
        case Text():
            offered = content.suggestions
        case Cards():
            on_cards = chain.from_iterable(card.suggestions for card in content.cards)
            offered = (*on_cards, *content.suggestions)
        case _:
            offered = ()
    return (each for each in offered if isinstance(each, Reply))
