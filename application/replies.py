"""An agent's messages on their way to the conversation: stored first, then handed over, in order."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from application.turns import Turns
from domain.channels import ChannelName
from domain.commands import Park, Send
from domain.errors import NotFound, Refused, Unavailable
from domain.ids import AgentId, MessageId
from domain.messages import AuthorKind, Content, DeliveryStatus, TemplateUse
from domain.values import Value
from domain.views import ConversationView, MessageView
from storage.database import Database
from storage.messages import Messages, NewOutbound
from workflows.client import Conversations

# An agent is waiting. What takes longer is confirmed in the background.
ANSWER_WITHIN: Final = timedelta(seconds=3)


class Author(Value):
    """Who writes, and whether they may write in somebody else's conversation."""

    agent_id: AgentId
    is_supervisor: bool = False


class Outgoing(Value):
    """One message to send. `parked_until`: it waits for the customer to write, at most until then."""

    content: Content
    parked_until: datetime | None = None


class Replies:
    """No conversation is told of a message that is not in PostgreSQL, and no message overtakes."""

    def __init__(
        self,
        database: Database,
        messages: Messages,
        conversations: Conversations,
        *,
        answer_within: timedelta = ANSWER_WITHIN,
    ) -> None:
        self._database = database
        self._messages = messages
        self._conversations = conversations
        self._answer_within = answer_within.total_seconds()
        self._turns = Turns()

    async def send(
        self,
        author: Author,
        conversation: ConversationView,
        outgoing: Sequence[Outgoing],
        request_id: UUID,
    ) -> list[MessageView]:
        """Send them in this order. Repeated with the same `request_id`, nothing is sent twice.

        Raises Refused when the conversation does not allow one: it and those after it are gone
        then. When nobody answers in time they stay queued, and the Confirmer sees to them.
        """
        async with self._turns.of(conversation.conversation_id):
            rows = [
                _row(author, conversation, each, _id_of_part(request_id, number))
                for number, each in enumerate(outgoing)
            ]
            stored = await self._store(rows)
            for position, view in enumerate(stored):
                try:
                    if not await self._hand_over(author, conversation.channel, view):
                        break
                except Refused:
                    await self._take_back(stored[position:])
                    raise
            return stored

    async def _store(self, rows: Sequence[NewOutbound]) -> list[MessageView]:
        async with self._database.transaction():
            return [await self._messages.add_outbound(row) for row in rows]

    async def _hand_over(self, author: Author, channel: ChannelName, view: MessageView) -> bool:
        """Tell the conversation; say whether it has the message for sure."""
        if await self._messages.has_unconfirmed_before(view.message_id):
            return False
        command = command_for(
            view.message_id,
            author,
            is_template=isinstance(view.content, TemplateUse),
            is_parked=_is_parked(view),
        )
        try:
            async with asyncio.timeout(self._answer_within):
                await self._conversations.execute(view.conversation_id, channel, command)
        except (Unavailable, NotFound, TimeoutError):
            # NotFound: the mail that starts the workflow has not been dispatched yet.
            return False
        await self._messages.handed_over(view.message_id)
        return True

    async def _take_back(self, refused: Sequence[MessageView]) -> None:
        async with self._database.transaction():
            for view in refused:
                await self._messages.take_back(view.message_id)


def command_for(
    message_id: MessageId, author: Author, *, is_template: bool, is_parked: bool
) -> Send | Park:
    """The command that hands a stored message over. Its id is the message's: repeating is harmless."""
    if is_parked:
        return Park(
            command_id=message_id,
            agent_id=author.agent_id,
            as_supervisor=author.is_supervisor,
            message_id=message_id,
        )
    return Send(
        command_id=message_id,
        agent_id=author.agent_id,
        as_supervisor=author.is_supervisor,
        message_id=message_id,
        is_template=is_template,
    )


def _id_of_part(request_id: UUID, number: int) -> MessageId:
    return uuid5(request_id, str(number)) if number else request_id


def _row(
    author: Author, conversation: ConversationView, outgoing: Outgoing, message_id: MessageId
) -> NewOutbound:
    is_parked = outgoing.parked_until is not None
    return NewOutbound(
        message_id=message_id,
        conversation_id=conversation.conversation_id,
        author=AuthorKind.AGENT,
        author_id=author.agent_id,
        content=outgoing.content,
        status=DeliveryStatus.PARKED if is_parked else DeliveryStatus.QUEUED,
        parked_until=outgoing.parked_until,
    )


def _is_parked(view: MessageView) -> bool:
    return view.delivery is not None and view.delivery.status is DeliveryStatus.PARKED
