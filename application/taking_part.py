"""Taking part in somebody else's conversation: supervisors read along or join, helpers leave again."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from application.desk import Desk, author_of
from application.handing_over import Doorbell
from domain.configuration import Caller
from domain.conversations import State
from domain.effects import Trigger
from domain.errors import ConversationClosed, NotAllowed, NotFound, Refused
from domain.ids import AgentId, ConversationId
from domain.participants import MOST_PARTICIPANTS, Participant, Role
from domain.views import ConversationView, MessageView
from storage.consults import HELPED_IN, Consults
from storage.database import Database
from storage.participants import Participants
from storage.private_messages import PrivateMessages

_SAID_ON_LEAVING: Final = {
    Role.CONSULT: Trigger.CONSULT_ENDED,
    Role.JOIN: Trigger.JOINED_AGENT_LEFT,
}


class TakingPart:
    """Who takes part sees the conversation, and writes to the agents in it."""

    def __init__(self, *, database: Database, desk: Desk, doorbell: Doorbell) -> None:
        self._database = database
        self._desk = desk
        self._doorbell = doorbell
        self._participants = Participants(database)
        self._consults = Consults(database)
        self._messages = PrivateMessages(database)

    async def present(self, caller: Caller, conversation_id: ConversationId) -> list[Participant]:
        """Who takes part now, beside its agent."""
        await self._desk.get(caller, conversation_id)
        return await self._participants.present(conversation_id)

    async def come(
        self, caller: Caller, conversation_id: ConversationId, role: Role
    ) -> list[Participant]:
        """A supervisor reads along, or joins; whoever reads along may join. Raise Refused."""
        author = author_of(caller)
        if not author.is_supervisor:
            raise NotAllowed("Only a supervisor reads along or joins.")
        conversation = await self._running(caller, conversation_id)
        if conversation.agent_id == author.agent_id:
            raise Refused("You have this conversation yourself.")
        async with self._database.transaction():
            state = await self._locked(conversation_id)
            if role is Role.JOIN and state not in HELPED_IN:
                raise Refused("Nobody has it now: take it, or read along.")
            await self._come(conversation_id, author.agent_id, role)
        self._doorbell.ring(conversation_id)
        return await self._participants.present(conversation_id)

    async def leave(self, caller: Caller, conversation_id: ConversationId) -> None:
        """The caller takes part no more. Repeating it changes nothing."""
        await self._end(conversation_id, author_of(caller).agent_id)

    async def dismiss(self, caller: Caller, conversation_id: ConversationId, agent_id: AgentId) -> None:
        """Its agent, or a supervisor, needs somebody's help no more; or asks them no more."""
        author = author_of(caller)
        conversation = await self._desk.get(caller, conversation_id)
        if not author.is_supervisor and conversation.agent_id != author.agent_id:
            raise NotAllowed("Only its agent, or a supervisor, may end somebody's help.")
        await self._end(conversation_id, agent_id, only=Role.CONSULT)

    async def say(
        self, caller: Caller, conversation_id: ConversationId, text: str, message_id: UUID
    ) -> MessageView:
        """To the agents who take part, and never to the customer."""
        author = author_of(caller)
        conversation = await self._running(caller, conversation_id)
        present = {each.agent_id for each in await self._participants.present(conversation_id)}
        if author.agent_id not in {conversation.agent_id, *present}:
            raise NotAllowed("Only who takes part in a conversation writes in it; leave a note.")
        return await self._messages.add(conversation_id, message_id, author.agent_id, text)

    async def _running(self, caller: Caller, conversation_id: ConversationId) -> ConversationView:
        conversation = await self._desk.get(caller, conversation_id)
        if conversation.state is State.CLOSED:
            raise ConversationClosed("This conversation is closed. A new message starts a new one.")
        return conversation

    async def _locked(self, conversation_id: ConversationId) -> State:
        state = await self._participants.lock(conversation_id)
        if state is None:
            raise ConversationClosed("This conversation is closed. A new message starts a new one.")
        return state

    async def _come(self, conversation_id: ConversationId, agent_id: AgentId, role: Role) -> None:
        present = await self._participants.present(conversation_id)
        before = _role_of(agent_id, present)
        if before is None and len(present) >= MOST_PARTICIPANTS:
            raise Refused(f"{MOST_PARTICIPANTS} people take part already.")
        if not await self._participants.come(conversation_id, agent_id, role):
            return
        if before in _SAID_ON_LEAVING:
            await self._participants.announce(conversation_id, _SAID_ON_LEAVING[before])
        if role is Role.JOIN:
            await self._participants.announce(conversation_id, Trigger.AGENT_JOINED)

    async def _end(
        self, conversation_id: ConversationId, agent_id: AgentId, only: Role | None = None
    ) -> None:
        async with self._database.transaction():
            state = await self._participants.lock(conversation_id)
            if state is None:
                return
            role = _role_of(agent_id, await self._participants.present(conversation_id))
            if only is not None and role not in {None, only}:
                raise NotFound("Nobody helps here who could be dismissed; a supervisor leaves alone.")
            await self._consults.withdraw(conversation_id, agent_id)
            await self._participants.leave(conversation_id, agent_id)
            # A customer with whom all is settled is not told any more who leaves.
            if role in _SAID_ON_LEAVING and state is not State.WRAP_UP:
                await self._participants.announce(conversation_id, _SAID_ON_LEAVING[role])
        self._doorbell.ring(conversation_id)


def _role_of(agent_id: AgentId, present: Sequence[Participant]) -> Role | None:
    return next((each.role for each in present if each.agent_id == agent_id), None)
