"""Agents help each other: somebody is asked, reads along, and tells the agent alone what they know."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from application.background import in_background
from application.desk import Desk, author_of
from application.handing_over import NOT_YOURS, Colleagues, Doorbell, as_offer
from application.pacing import Pace
from domain.attendance import Attendance
from domain.configuration import Caller
from domain.errors import NotYourConversation, Refused
from domain.ids import AgentId, ConversationId, QueueId
from domain.offers import Offer
from domain.presences import BasePresence
from domain.views import ConversationView
from routing.presences import presence_of
from storage.consults import NOT_ASKED, Consults
from storage.queues import Queues

SWEEP_EVERY: Final = timedelta(seconds=2)
SWEPT_AT_A_TIME: Final = 200
_FREE: Final = (BasePresence.AVAILABLE, BasePresence.BUSY)


class Consulting:
    """PostgreSQL keeps who was asked and until when; a sweep of any process lets it run out."""

    def __init__(
        self,
        *,
        desk: Desk,
        consults: Consults,
        colleagues: Colleagues,
        queues: Queues,
        doorbell: Doorbell,
        every: timedelta = SWEEP_EVERY,
    ) -> None:
        self._desk = desk
        self._consults = consults
        self._colleagues = colleagues
        self._queues = queues
        self._doorbell = doorbell
        self._pace = Pace(every)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have time run out for who was asked and did not answer."""
        async with in_background(self._pace.keep(self.sweep, "consults")):
            yield

    async def sweep(self) -> int:
        """Return for how many time was up."""
        due = await self._consults.due(SWEPT_AT_A_TIME)
        for each in due:
            await self._consults.expire(each)
        return len(due)

    async def ask_agent(
        self, caller: Caller, conversation_id: ConversationId, agent_id: AgentId
    ) -> Offer:
        """Ask somebody for help with what one has."""
        conversation = await self._own(caller, conversation_id)
        agent = await self._colleagues.one(agent_id)
        await self._colleagues.require_present(agent, conversation)
        return await self._ask(caller, conversation_id, agent)

    async def ask_queue(
        self, caller: Caller, conversation_id: ConversationId, queue_id: QueueId
    ) -> Offer:
        """Ask whoever of a queue is free. Raise Refused when nobody is."""
        conversation = await self._own(caller, conversation_id)
        queue = await self._queues.get(queue_id)
        members = await self._colleagues.among(queue.member_ids)
        taken = {conversation.agent_id, *await self._consults.taking_part(conversation_id)}
        free = [each for each in members if _is_free(each) and each.agent_id not in taken]
        if not free:
            raise Refused(f"Nobody of {queue.name} is free now.")
        asked = await self._consults.asked(conversation_id)
        best = min(free, key=lambda each: (*asked.get(each.agent_id, NOT_ASKED), *_effort(each)))
        return await self._ask(caller, conversation_id, best)

    async def accept(self, caller: Caller, conversation_id: ConversationId) -> ConversationView | None:
        """The caller helps. None: nobody asks them to."""
        offer = await self._consults.accept(conversation_id, author_of(caller).agent_id)
        if offer is None:
            return None
        self._doorbell.ring(conversation_id)
        return await self._desk.get(caller, conversation_id)

    async def decline(
        self, caller: Caller, conversation_id: ConversationId, reason: str | None
    ) -> Offer | None:
        """The caller does not help. None: nobody asks them to."""
        return await self._consults.decline(conversation_id, author_of(caller).agent_id, reason)

    async def _own(self, caller: Caller, conversation_id: ConversationId) -> ConversationView:
        conversation = await self._desk.get(caller, conversation_id)
        if conversation.agent_id != author_of(caller).agent_id:
            raise NotYourConversation(NOT_YOURS)
        return conversation

    async def _ask(self, caller: Caller, conversation_id: ConversationId, agent: Attendance) -> Offer:
        held_by = author_of(caller).agent_id
        if agent.agent_id == held_by:
            raise Refused("Ask somebody else: you have it yourself.")
        return as_offer(await self._consults.ask(conversation_id, agent.agent_id, held_by), agent)


def _is_free(agent: Attendance) -> bool:
    return presence_of(agent).base in _FREE


def _effort(agent: Attendance) -> tuple[bool, int]:
    """Who has nothing to do comes first."""
    return presence_of(agent).base is not BasePresence.AVAILABLE, agent.sessions
