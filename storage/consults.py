"""Help that agents ask each other for: offers without capacity, which no workflow has to know of."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple, TypeAlias

from domain.conversations import State
from domain.distribution import WorkSettings
from domain.effects import Trigger
from domain.ids import AgentId, ConversationId, OfferId, QueueId, new_id
from domain.offers import NotOffered, Offer, OfferState
from domain.participants import Role
from domain.values import Value
from storage.database import Database
from storage.offer_settling import OfferSettling
from storage.participants import Participants

_FACTS: Final = """
    offer_id, conversation_id, agent_id, queue_id, purpose, state, accepted, offered_by, offered_at,
    expires_at, shown_at, settled_at, reason
"""
CONVERSATION: Final = """
    SELECT c.state, c.queue_id, c.agent_id, w.work FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE c.conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE OF c
"""
OPEN: Final = (
    "SELECT"
    + _FACTS
    + """FROM offers
    WHERE conversation_id = %(conversation_id)s AND purpose = 'consult' AND state = 'open'
      AND (%(agent_id)s::uuid IS NULL OR agent_id = %(agent_id)s)
    ORDER BY offer_id LIMIT 100
"""
)
ONE: Final = "SELECT" + _FACTS + "FROM offers WHERE offer_id = %(offer_id)s"
IS_OVER: Final = (
    "SELECT 1 FROM offers WHERE offer_id = %(offer_id)s AND expires_at <= clock_timestamp()"
)
ASK: Final = """
    WITH offer AS (
        INSERT INTO offers (offer_id, conversation_id, agent_id, queue_id, purpose, offered_by,
                            expires_at)
        VALUES (%(offer_id)s, %(conversation_id)s, %(agent_id)s, %(queue_id)s, 'consult',
                %(offered_by)s, statement_timestamp() + %(countdown)s::interval)
        RETURNING offer_id, conversation_id, agent_id, expires_at
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, to_agent_id, data)
        SELECT conversation_id, 'offer_made', agent_id, jsonb_build_object(
            'offer_id', offer_id, 'purpose', 'consult', 'accepted', false, 'expires_at', expires_at
        )
        FROM offer
    )
    SELECT pg_notify('holdfast_events', '') FROM offer
"""
DUE: Final = """
    SELECT offer_id, conversation_id FROM offers
    WHERE purpose = 'consult' AND state = 'open' AND expires_at <= clock_timestamp()
    ORDER BY expires_at LIMIT %(limit)s
"""
ASKED: Final = """
    SELECT agent_id, bool_or(state = 'open') AS is_asked,
           count(*) FILTER (WHERE state IN ('declined', 'timed_out', 'undelivered')) AS refusals
    FROM offers WHERE conversation_id = %(conversation_id)s AND purpose = 'consult'
    GROUP BY agent_id
"""
REASON: Final = "UPDATE offers SET reason = %(reason)s WHERE offer_id = %(offer_id)s"
HELPED_IN: Final = (State.ACTIVE, State.TEMPLATE_ONLY, State.DISCONNECTED, State.RECONNECT_WINDOW)
Asked: TypeAlias = Offer | NotOffered


class Asking(NamedTuple):
    """How it stands between a conversation and who may be asked for help: the smaller comes first."""

    is_new: bool
    """False: they are asked already, and have not answered."""
    refusals: int


NOT_ASKED: Final = Asking(is_new=True, refusals=0)


class _Asked(Value):
    agent_id: AgentId
    is_asked: bool
    refusals: int


class Due(Value):
    """Time is up for this one."""

    offer_id: OfferId
    conversation_id: ConversationId


class _Conversation(Value):
    state: State
    queue_id: QueueId
    agent_id: AgentId | None
    work: WorkSettings

    @property
    def countdown(self) -> timedelta:
        return self.work.offers.countdown


class Consults:
    """Each is made, answered and ended under the lock of its conversation."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._settling = OfferSettling(db)
        self._participants = Participants(db)

    async def ask(self, conversation_id: ConversationId, agent_id: AgentId, held_by: AgentId) -> Asked:
        """Ask somebody for help, once: whoever is asked already is not asked again."""
        async with self._db.transaction():
            which = {"conversation_id": conversation_id, "agent_id": agent_id}
            conversation = await self._db.row(_Conversation, CONVERSATION, which)
            if conversation is None or conversation.state not in HELPED_IN:
                return NotOffered.NOT_WAITING
            if conversation.agent_id != held_by:
                return NotOffered.NOT_THEIRS
            if agent_id in {held_by, *await self.taking_part(conversation_id)}:
                return NotOffered.TAKEN
            if asked := await self._db.row(Offer, OPEN, which):
                return asked
            return await self._ask(conversation, conversation_id, agent_id)

    async def asked(self, conversation_id: ConversationId) -> Mapping[AgentId, Asking]:
        """Whoever was asked for help in it, and what came of it so far."""
        rows = await self._db.rows(_Asked, ASKED, {"conversation_id": conversation_id})
        return {row.agent_id: Asking(not row.is_asked, row.refusals) for row in rows}

    async def taking_part(self, conversation_id: ConversationId) -> set[AgentId]:
        """Who needs not be asked."""
        return {each.agent_id for each in await self._participants.present(conversation_id)}

    async def accept(self, conversation_id: ConversationId, agent_id: AgentId) -> Offer | None:
        """They help from now on. None: nobody asked them, or not any more."""
        async with self._db.transaction():
            offer = await self._answered(conversation_id, agent_id, OfferState.ACCEPTED)
            if offer is not None:
                await self._participants.come(conversation_id, agent_id, Role.CONSULT, offer.offered_by)
                await self._participants.announce(conversation_id, Trigger.CONSULT_ACCEPTED)
            return offer

    async def decline(
        self, conversation_id: ConversationId, agent_id: AgentId, reason: str | None
    ) -> Offer | None:
        """They do not help. None: nobody asked them, or not any more."""
        async with self._db.transaction():
            offer = await self._answered(conversation_id, agent_id, OfferState.DECLINED)
            if offer is None or reason is None:
                return offer
            await self._db.execute(REASON, {"offer_id": offer.offer_id, "reason": reason})
            return offer.model_copy(update={"reason": reason})

    async def withdraw(self, conversation_id: ConversationId, agent_id: AgentId | None = None) -> int:
        """Who has not answered yet is asked no more. Belongs into a transaction with the lock."""
        which = {"conversation_id": conversation_id, "agent_id": agent_id}
        fates = {
            offer.offer_id: OfferState.WITHDRAWN for offer in await self._db.rows(Offer, OPEN, which)
        }
        return len(await self._settling.settle(conversation_id, fates))

    async def due(self, limit: int) -> list[Due]:
        """Whose time is up."""
        return await self._db.rows(Due, DUE, {"limit": limit})

    async def expire(self, due: Due) -> None:
        """Nobody answered in time."""
        async with self._db.transaction():
            if await self._participants.lock(due.conversation_id):
                fate = {due.offer_id: OfferState.TIMED_OUT}
                await self._settling.settle(due.conversation_id, fate)

    async def _ask(
        self, conversation: _Conversation, conversation_id: ConversationId, agent_id: AgentId
    ) -> Offer:
        offer = {
            "offer_id": new_id(),
            "conversation_id": conversation_id,
            "agent_id": agent_id,
            "queue_id": conversation.queue_id,
            "offered_by": conversation.agent_id,
            "countdown": conversation.countdown,
        }
        await self._db.execute(ASK, offer)
        return await self._one(offer["offer_id"])

    async def _answered(
        self, conversation_id: ConversationId, agent_id: AgentId, answer: OfferState
    ) -> Offer | None:
        which = {"conversation_id": conversation_id, "agent_id": agent_id}
        if await self._db.row(Offer, OPEN, which) is None:
            return None  # as for everybody who takes a conversation unasked: they need no lock
        if not await self._participants.lock(conversation_id):
            return None
        offer = await self._db.row(Offer, OPEN, which)
        if offer is None or await self._db.one(IS_OVER, {"offer_id": offer.offer_id}):
            return None
        await self._settling.settle(conversation_id, {offer.offer_id: answer})
        return await self._one(offer.offer_id)

    async def _one(self, offer_id: object) -> Offer:
        offer = await self._db.row(Offer, ONE, {"offer_id": offer_id})
        if offer is None:
            raise AssertionError("An offer that was kept is found.")
        return offer
