"""Offers: made in one transaction that reserves capacity, so that two decisions never meet."""

from datetime import timedelta
from typing import Final, TypeAlias

from domain.capacity import Demand, HeldFor, Shortage, shortage
from domain.conversations import OFFERED_IN, State
from domain.distribution import WorkSettings
from domain.ids import AgentId, ConversationId, OfferId, QueueId, new_id
from domain.offers import NotOffered, Offer, OfferPurpose, OfferState
from domain.values import Value
from storage.capacity import Capacity
from storage.database import Database
from storage.leases import Leases
from storage.offer_settling import OfferSettling

CONVERSATION: Final = """
    SELECT c.state, c.queue_id, c.agent_id, c.ended_by, w.work FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE c.conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE OF c SKIP LOCKED
"""
PATIENTLY: Final = """
    SELECT c.state, c.queue_id, c.agent_id, c.ended_by, w.work FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE c.conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE OF c
"""
# A statement of its own, after the lock: it sees what was decided before.
CLAIMS: Final = """
    SELECT o.offer_id, o.agent_id, NULL AS held_for FROM offers o
    WHERE o.conversation_id = %(conversation_id)s AND o.state = 'open' AND o.purpose <> 'consult'
    UNION ALL
    SELECT NULL, l.agent_id, l.held_for FROM capacity_leases l
    WHERE l.conversation_id = %(conversation_id)s AND l.held_for <> 'offer'
"""
MAKE: Final = """
    WITH offer AS (
        INSERT INTO offers (offer_id, conversation_id, agent_id, queue_id, purpose, accepted,
                            offered_by, expires_at)
        VALUES (%(offer_id)s, %(conversation_id)s, %(agent_id)s, %(queue_id)s, %(purpose)s,
                %(accepted)s, %(offered_by)s, statement_timestamp() + %(countdown)s::interval)
        RETURNING offer_id, conversation_id, agent_id, queue_id, purpose, accepted, offered_by, state,
                  offered_at, expires_at
    ), conversation AS (
        UPDATE conversations SET mailbox_seq = mailbox_seq + 1
        WHERE conversation_id = %(conversation_id)s
        RETURNING mailbox_seq
    ), posted AS (
        INSERT INTO mailbox (conversation_id, position, kind, offer_id, at)
        SELECT %(conversation_id)s::uuid, mailbox_seq, 'offered', %(offer_id)s::uuid,
               statement_timestamp()
        FROM conversation
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, to_agent_id, data)
        SELECT conversation_id, 'offer_made', agent_id, jsonb_build_object(
            'offer_id', offer_id, 'purpose', purpose, 'accepted', accepted, 'expires_at', expires_at
        )
        FROM offer
    )
    SELECT offer.*, pg_notify('holdfast_events', '') FROM offer
"""
Made: TypeAlias = Offer | NotOffered | Shortage
"""An offer, or the reason why there is none."""


class NewOffer(Value):
    """What is to be offered to whom."""

    conversation_id: ConversationId
    agent_id: AgentId
    purpose: OfferPurpose = OfferPurpose.ASSIGNMENT
    queue_id: QueueId | None = None
    """Only as long as it is in this queue."""
    held_by: AgentId | None = None
    """Only as long as they have it."""
    offered_by: AgentId | None = None
    accepted: bool | None = None
    """Nobody is asked. None: as the workstream says."""
    forced: bool = False
    """Whatever limits say; the lease tells that it is above them."""
    instead: bool = False
    """An offer to somebody else is withdrawn for it."""
    patient: bool = False
    """Wait for what happens to the conversation just now; else say that it is locked."""
    countdown: timedelta | None = None
    """None: as the workstream says."""


class _Conversation(Value):
    state: State
    queue_id: QueueId
    agent_id: AgentId | None
    ended_by: str | None
    """A customer who ended their chat is gone, before its workflow knows."""
    work: WorkSettings


class _Claim(Value):
    offer_id: OfferId | None
    agent_id: AgentId
    held_for: HeldFor | None

    def is_consulting(self, agent_id: AgentId) -> bool:
        return self.held_for is HeldFor.CONSULT and self.agent_id == agent_id


class Offers:
    """Making them. Whoever does rings for the conversation's mail afterwards."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._capacity = Capacity(db)
        self._leases = Leases(db)
        self._settling = OfferSettling(db)

    async def make(self, new: NewOffer) -> Made:
        """Reserve the agent's capacity, keep the offer, tell its workflow and its agent; or do nothing.

        The conversation is locked first, then the agent: so no two decisions about either overlap.
        """
        async with self._db.transaction():
            query = PATIENTLY if new.patient else CONVERSATION
            which = {"conversation_id": new.conversation_id}
            conversation = await self._db.row(_Conversation, query, which)
            if conversation is None:
                return NotOffered.NOT_WAITING if new.patient else NotOffered.LOCKED
            claims = await self._db.rows(_Claim, CLAIMS, which)
            if refusal := _refusal(new, conversation, claims):
                return refusal
            return await self._reserve(new, conversation, claims)

    async def _reserve(self, new: NewOffer, conversation: _Conversation, claims: list[_Claim]) -> Made:
        await self._capacity.lock([new.agent_id, *(claim.agent_id for claim in claims)])
        standing = await self._capacity.standing(new.agent_id)
        if standing is None:
            return NotOffered.NO_SUCH_AGENT
        demand = Demand.of(conversation.work)
        # Whoever is asked already has room for it: they hold it back.
        is_asked = any(each.offer_id and each.agent_id == new.agent_id for each in claims)
        short = None if is_asked else shortage(standing, demand)
        if short and not new.forced:
            return short
        await self._clear(new, claims)
        await self._leases.hold(
            conversation_id=new.conversation_id,
            agent_id=new.agent_id,
            demand=demand,
            held_for=HeldFor.OFFER,
            forced=short is not None,
        )
        return await self._make(new, conversation)

    async def _clear(self, new: NewOffer, claims: list[_Claim]) -> None:
        """Withdraw what this is wanted instead of. Who was consulted holds the whole of it now."""
        if any(each.is_consulting(new.agent_id) for each in claims):
            await self._leases.let_go(new.conversation_id, new.agent_id)
        fates = {each.offer_id: OfferState.WITHDRAWN for each in claims if each.offer_id}
        for settled in await self._settling.settle(new.conversation_id, fates):
            await self._leases.let_go(new.conversation_id, settled.agent_id)

    async def _make(self, new: NewOffer, conversation: _Conversation) -> Offer:
        said = conversation.work.offers
        row = {
            **new.model_dump(include={"conversation_id", "agent_id", "purpose", "offered_by"}),
            "offer_id": new_id(),
            "queue_id": conversation.queue_id,
            "accepted": said.auto_assign if new.accepted is None else new.accepted,
            "countdown": new.countdown or said.countdown,
        }
        offer = await self._db.row(Offer, MAKE, row)
        if offer is None:
            raise AssertionError("An offer that was inserted is returned.")
        return offer


def _refusal(new: NewOffer, conversation: _Conversation, claims: list[_Claim]) -> NotOffered | None:
    if conversation.ended_by or conversation.state not in OFFERED_IN.get(new.purpose, ()):
        return NotOffered.NOT_WAITING
    if new.queue_id not in {None, conversation.queue_id}:
        return NotOffered.IN_ANOTHER_QUEUE
    if new.held_by not in {None, conversation.agent_id}:
        return NotOffered.NOT_THEIRS
    if any(claim.offer_id for claim in claims) and not new.instead:
        return NotOffered.OFFERED_ALREADY
    holders = {each.agent_id for each in claims if each.held_for is HeldFor.CONVERSATION}
    if holders and (new.purpose is OfferPurpose.ASSIGNMENT or new.agent_id in holders):
        return NotOffered.TAKEN
    return None
