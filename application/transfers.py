"""Handing a conversation over: to another queue at once, to another agent when they accept it."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from application.desk import Desk, author_of
from application.handing_over import NOT_YOURS, Colleague, Colleagues, Doorbell, as_offer
from application.replies import Author
from domain.attendance import Attendance
from domain.commands import TransferToQueue
from domain.configuration import Caller
from domain.conversations import State
from domain.errors import ConversationClosed, NotFound, NotYourConversation, Refused, Unavailable
from domain.ids import AgentId, ConversationId, QueueId
from domain.offers import NotOffered, Offer, OfferPurpose, OfferState
from domain.values import Value
from domain.views import ConversationView
from routing.operating_hours import opening
from storage.destinations import Destinations, QueueFound
from storage.notes import Notes
from storage.offer_list import OfferList
from storage.offers import NewOffer, Offers

_IN_QUEUE: Final = (State.OPEN,)


class Transfer(Value):
    """What became of it. With an offer it stays with its agent until somebody accepts it."""

    conversation: ConversationView
    offer: Offer | None = None


class Transfers:
    """An agent hands over what they have; a supervisor moves and assigns what anybody has."""

    def __init__(
        self,
        *,
        desk: Desk,
        destinations: Destinations,
        colleagues: Colleagues,
        offers: Offers,
        made: OfferList,
        notes: Notes,
        doorbell: Doorbell,
    ) -> None:
        self._desk = desk
        self._destinations = destinations
        self._colleagues = colleagues
        self._offers = offers
        self._made = made
        self._notes = notes
        self._doorbell = doorbell

    async def to_queue(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        queue_id: QueueId,
        note: str | None,
        request_id: UUID,
    ) -> Transfer:
        """At once. Raise Refused when nobody works there now. Repeating a request changes nothing."""
        author, conversation = await self._in_hand(caller, conversation_id)
        queue = await self._open_queue(queue_id)
        command = TransferToQueue(
            command_id=request_id,
            agent_id=author.agent_id,
            as_supervisor=author.is_supervisor,
            queue_id=queue_id,
            queue_name=queue.name,
        )
        try:
            changed = await self._desk.order(conversation, command)
        except Unavailable:
            # It may still go there, out of their sight: a note twice is better than none.
            await self._leave(note, caller, conversation_id)
            raise
        why = f"{caller.name} transfers it to {queue.name}."
        await self._destinations.keep(conversation_id, why, queue_id)
        await self._leave(note, caller, conversation_id)
        return Transfer(conversation=changed)

    async def to_agent(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        agent_id: AgentId,
        note: str | None,
    ) -> Transfer:
        """Ask another agent; capacity is kept for them meanwhile."""
        author, conversation = await self._in_hand(caller, conversation_id)
        agent = await self._colleagues.one(agent_id)
        _require_other(conversation, agent)
        await self._colleagues.require_present(agent, conversation)
        new = NewOffer(
            conversation_id=conversation_id,
            agent_id=agent_id,
            purpose=_purpose(conversation),
            held_by=conversation.agent_id,
            offered_by=author.agent_id,
            patient=True,
        )
        made = await self._offers.make(new)
        if made is NotOffered.OFFERED_ALREADY and (same := await self._same(new)):
            return Transfer(conversation=conversation, offer=same)
        offer = as_offer(made, agent)
        why = f"{caller.name} offers it to {agent.agent_name}."
        return await self._made_known(caller, offer, why, note)

    async def assign(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        agent_id: AgentId,
        note: str | None,
    ) -> Transfer:
        """A supervisor's word: whoever is asked now, whoever has it, whatever the agent has already."""
        author, conversation = await self._in_hand(caller, conversation_id)
        agent = await self._colleagues.one(agent_id)
        if conversation.agent_id == agent_id:
            return Transfer(conversation=conversation)
        new = NewOffer(
            conversation_id=conversation_id,
            agent_id=agent_id,
            purpose=_purpose(conversation),
            held_by=conversation.agent_id,
            offered_by=author.agent_id,
            accepted=True,
            forced=True,
            instead=True,
            patient=True,
        )
        offer = as_offer(await self._offers.make(new), agent)
        why = f"{caller.name} assigns it to {agent.agent_name}."
        return await self._made_known(caller, offer, why, note)

    async def colleagues(self, cursor: str | None, limit: int) -> tuple[list[Colleague], str | None]:
        """Whom one may ask. Queues are listed by their own use case."""
        return await self._colleagues.listing(cursor, limit)

    async def _in_hand(
        self, caller: Caller, conversation_id: ConversationId
    ) -> tuple[Author, ConversationView]:
        """Raise unless the caller has it, or may act for whoever does."""
        author = author_of(caller)
        conversation = await self._desk.get(caller, conversation_id)
        if conversation.state is State.CLOSED:
            raise ConversationClosed("This conversation is closed. A new message starts a new one.")
        if not author.is_supervisor and conversation.agent_id != author.agent_id:
            raise NotYourConversation(NOT_YOURS)
        return author, conversation

    async def _open_queue(self, queue_id: QueueId) -> QueueFound:
        queue = await self._destinations.queue(queue_id)
        if queue is None:
            raise NotFound(f"There is no queue {queue_id}.")
        if not opening(queue.hours, datetime.now(UTC)).is_open:
            raise Refused(f"{queue.name} is closed now; choose another queue.")
        return queue

    async def _same(self, new: NewOffer) -> Offer | None:
        """Whoever asks again is told of the offer that they made, as long as it is open."""
        before = await self._made.latest(new.conversation_id, new.agent_id)
        if before is None or before.state is not OfferState.OPEN:
            return None
        return before if before.offered_by == new.offered_by else None

    async def _made_known(self, caller: Caller, offer: Offer, why: str, note: str | None) -> Transfer:
        self._doorbell.ring(offer.conversation_id)
        await self._destinations.keep(offer.conversation_id, why)
        await self._leave(note, caller, offer.conversation_id)
        conversation = await self._desk.get(caller, offer.conversation_id)
        return Transfer(conversation=conversation, offer=offer)

    async def _leave(self, note: str | None, caller: Caller, conversation_id: ConversationId) -> None:
        if note is not None:
            await self._notes.add(conversation_id, author_of(caller).agent_id, note)


def _purpose(conversation: ConversationView) -> OfferPurpose:
    is_free = conversation.state in _IN_QUEUE
    return OfferPurpose.ASSIGNMENT if is_free else OfferPurpose.TRANSFER


def _require_other(conversation: ConversationView, agent: Attendance) -> None:
    if conversation.agent_id == agent.agent_id:
        raise Refused(f"{agent.agent_name} has it already.")
