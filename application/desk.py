"""What agents do with conversations. An agent sees and touches only what is theirs to see."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from application.replies import ANSWER_WITHIN, Author
from application.representatives import IN_HAND, Representatives
from domain.commands import AnyCommand, CloseSession, End, ForceClose, Pick, Release
from domain.configuration import Caller, Scope
from domain.conversations import State
from domain.errors import ConversationClosed, NotAllowed, NotFound, Refused, Unavailable
from domain.ids import ConversationId, QueueId
from domain.messages import Note
from domain.views import ConversationView, MessageView, Order
from storage.conversations import Conversations as ConversationList
from storage.messages import Messages
from storage.notes import Notes
from storage.visibility import Viewer
from workflows.client import Conversations

Action: TypeAlias = type[End] | type[CloseSession] | type[Release] | type[ForceClose]


def viewer_of(caller: Caller) -> Viewer:
    """Whose eyes a caller sees with."""
    return Viewer(agent_id=caller.agent_id, sees_all=Scope.SUPERVISOR in caller.scopes)


def author_of(caller: Caller) -> Author:
    """In whose name a caller acts. A key that belongs to nobody can only look."""
    if caller.agent_id is None:
        raise NotAllowed("This key acts for no agent. Ask an admin for a key that belongs to an agent.")
    return Author(agent_id=caller.agent_id, is_supervisor=Scope.SUPERVISOR in caller.scopes)


class Desk:
    """Lists, reads, takes and lets go of conversations. What agents write is in `correspondence`."""

    def __init__(
        self,
        *,
        listed: ConversationList,
        messages: Messages,
        notes: Notes,
        conversations: Conversations,
        representatives: Representatives,
    ) -> None:
        self._listed = listed
        self._messages = messages
        self._notes = notes
        self._conversations = conversations
        self._representatives = representatives

    async def listing(
        self,
        caller: Caller,
        *,
        states: Sequence[State],
        queue_id: QueueId | None,
        mine: bool,
        order: Order = Order.NEWEST,
        cursor: str | None,
        limit: int,
    ) -> tuple[list[ConversationView], str | None]:
        """The conversations a caller sees; without states all that are not closed."""
        return await self._listed.listing(
            viewer_of(caller),
            states=tuple(states),
            queue_id=queue_id,
            mine=mine,
            order=order,
            cursor=cursor,
            limit=limit,
        )

    async def get(self, caller: Caller, conversation_id: ConversationId) -> ConversationView:
        """Raise NotFound for what the caller may not see, as for what does not exist."""
        return await self._listed.get(conversation_id, viewer_of(caller))

    async def transcript(
        self, caller: Caller, conversation_id: ConversationId, after_seq: int, limit: int
    ) -> list[MessageView]:
        await self.get(caller, conversation_id)
        return await self._messages.transcript(conversation_id, after_seq, limit)

    async def accept(
        self, caller: Caller, conversation_id: ConversationId, command_id: UUID
    ) -> ConversationView:
        """Take what nobody offered, or revive a waiting one."""
        author = author_of(caller)
        conversation = await self.get(caller, conversation_id)
        return await self.take(author, conversation, _signed(Pick, author, command_id))

    async def take(
        self, author: Author, conversation: ConversationView, command: AnyCommand
    ) -> ConversationView:
        """Have it become theirs. Whoever has it already gets the same answer again."""
        if _is_in_hand_of(author, conversation):
            return conversation
        try:
            return await self.order(conversation, command)
        except Refused:
            conversation = await self._listed.get(conversation.conversation_id)
            if _is_in_hand_of(author, conversation):
                return conversation
            raise

    async def act(
        self, caller: Caller, conversation_id: ConversationId, action: Action, command_id: UUID
    ) -> ConversationView:
        """End it, leave it, release it, or as a supervisor close it by force."""
        author = author_of(caller)
        if action is ForceClose and not author.is_supervisor:
            raise NotAllowed("Only a supervisor may close a conversation by force.")
        conversation = await self.get(caller, conversation_id)
        return await self.order(conversation, _signed(action, author, command_id))

    async def note(self, caller: Caller, conversation_id: ConversationId, text: str) -> Note:
        """A private remark. No customer ever sees it."""
        author = author_of(caller)
        await self.get(caller, conversation_id)
        return await self._notes.add(conversation_id, author.agent_id, text)

    async def notes(
        self, caller: Caller, conversation_id: ConversationId, cursor: str | None, limit: int
    ) -> tuple[list[Note], str | None]:
        await self.get(caller, conversation_id)
        return await self._notes.listing(conversation_id, cursor, limit)

    async def order(self, conversation: ConversationView, command: AnyCommand) -> ConversationView:
        """Have it do something, and its customer shown who speaks to them then."""
        await tell(self._conversations, conversation, command)
        changed = await self._listed.get(conversation.conversation_id)
        await self._representatives.changed(conversation, changed)
        return changed


async def tell(
    conversations: Conversations, conversation: ConversationView, command: AnyCommand
) -> None:
    """Have a conversation do something while its agent waits.

    Raises Unavailable when it does not answer: it may still do it, and repeating is harmless.
    """
    if conversation.state is State.CLOSED:
        raise ConversationClosed("This conversation is closed. A new message starts a new one.")
    try:
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            await conversations.execute(conversation.conversation_id, conversation.channel, command)
    except (NotFound, TimeoutError) as error:
        raise Unavailable("The conversation did not answer in time. Look again, or repeat.") from error


def _signed(action: Action | type[Pick], author: Author, command_id: UUID) -> AnyCommand:
    return action(command_id=command_id, agent_id=author.agent_id, as_supervisor=author.is_supervisor)


def _is_in_hand_of(author: Author, conversation: ConversationView) -> bool:
    return conversation.agent_id == author.agent_id and conversation.state in IN_HAND
