"""What workflows write about their conversations: an older word never overwrites a newer one."""

from typing import Final
from uuid import UUID

from domain.conversations import State
from domain.effects import Trigger
from domain.errors import NotFound
from domain.ids import ConversationId, MessageId, OfferId
from domain.offers import OfferState
from domain.ports import CloseRequest, Projection
from domain.values import Value
from storage.announcements import Announcements
from storage.consults import HELPED_IN, Consults
from storage.database import Database
from storage.documents import document
from storage.leases import Leases
from storage.offer_settling import OfferSettling
from storage.participants import Participants

BEFORE: Final = """
    SELECT state, revision, agent_id, queue_id FROM conversations
    WHERE conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE
"""
PROJECT: Final = """
    UPDATE conversations
    SET revision = %(revision)s, state = %(state)s,
        state_changed_at = CASE WHEN state = %(state)s THEN state_changed_at ELSE %(at)s END,
        agent_id = %(agent_id)s, preferred_agent_id = %(preferred_agent_id)s,
        accepted_at = CASE WHEN %(agent_id)s::uuid IS NULL THEN accepted_at
                           ELSE coalesce(accepted_at, %(at)s) END,
        holds_capacity = %(holds_capacity)s,
        away_agent_id = CASE WHEN agent_id = %(agent_id)s THEN away_agent_id END,
        ended_by = CASE WHEN channel = 'live_chat' OR %(state)s IN ('wrap_up', 'closed')
                        THEN coalesce(ended_by, %(ended_by)s) END
    WHERE conversation_id = %(conversation_id)s
"""
# A queue that was removed a moment ago keeps nobody. What a rule said of overflow, it said of the queue
# that it chose.
MOVE: Final = """
    UPDATE conversations SET queue_id = %(queue_id)s, overflow = NULL
    WHERE conversation_id = %(conversation_id)s AND EXISTS (
        SELECT FROM queues WHERE queue_id = %(queue_id)s AND deleted_at IS NULL FOR KEY SHARE
    )
"""
PROJECT_CLOSED: Final = """
    UPDATE conversations SET revision = %(revision)s WHERE conversation_id = %(conversation_id)s
"""
SETTLE: Final = """
    WITH settled AS (
        UPDATE deliveries d
        SET status = fate.status, rank = fate.rank, updated_at = statement_timestamp()
        FROM unnest(%(message_ids)s::uuid[], %(statuses)s::text[], %(ranks)s::smallint[])
             AS fate (message_id, status, rank)
        WHERE d.message_id = fate.message_id AND d.status = 'parked' AND d.rank < fate.rank
        RETURNING d.message_id
    )
    INSERT INTO conversation_events (conversation_id, type, message_id)
    SELECT %(conversation_id)s::uuid, 'message_changed', message_id FROM settled
"""
TELL: Final = """
    WITH announced AS (
        INSERT INTO conversation_events (conversation_id, type, data)
        SELECT %(conversation_id)s::uuid, 'announced', jsonb_build_object('trigger', trigger)
        FROM jsonb_array_elements_text(%(announcements)s::jsonb) AS trigger
    ), changed AS (
        INSERT INTO conversation_events (conversation_id, type, left_agent_id, left_queue_id)
        VALUES (%(conversation_id)s, 'conversation_changed', %(left_agent_id)s, %(left_queue_id)s)
    )
    SELECT pg_notify('holdfast_events', '')
"""
CLOSE: Final = """
    WITH closed AS (
        UPDATE conversations
        SET state = 'closed', closed_at = %(at)s, state_changed_at = %(at)s, close_reason = %(reason)s,
            ended_by = coalesce(ended_by, %(reason)s), holds_capacity = false
        WHERE conversation_id = %(conversation_id)s AND state <> 'closed' AND mailbox_seq = %(handled)s
        RETURNING conversation_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT conversation_id, 'conversation_changed' FROM closed
    )
    SELECT pg_notify('holdfast_events', '') FROM closed
"""
# A new workflow was told nothing of its agent so far, either.
RECLAIM: Final = """
    WITH untold AS (
        UPDATE conversations SET away_agent_id = NULL
        WHERE conversation_id = %(conversation_id)s AND away_agent_id IS NOT NULL
    )
    UPDATE deliveries d SET handed_over = false
    FROM messages m
    WHERE m.message_id = d.message_id AND m.conversation_id = %(conversation_id)s
      AND d.status IN ('parked', 'queued', 'unknown')
"""
STATE_NOW: Final = "SELECT state FROM conversations WHERE conversation_id = %(conversation_id)s"


OPEN_OFFERS: Final = """
    SELECT offer_id FROM offers WHERE conversation_id = %(conversation_id)s AND state = 'open'
"""


class _Open(Value):
    offer_id: OfferId


class _Before(Value):
    state: State
    revision: int
    agent_id: UUID | None
    queue_id: UUID


class Projections:
    """The writing half of the read model."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._announcements = Announcements(db)
        self._offers = OfferSettling(db)
        self._leases = Leases(db)
        self._consults = Consults(db)
        self._participants = Participants(db)

    async def project(self, projection: Projection) -> tuple[MessageId, ...]:
        """Write it, unless a newer revision is there already; return what it caused to leave."""
        cause = str(projection.revision)
        conversation_id = projection.conversation_id
        async with self._db.transaction():
            before = await self._db.row(
                _Before, BEFORE, {"conversation_id": projection.conversation_id}
            )
            if before is None:
                raise _unknown(projection.conversation_id)
            if before.revision >= projection.revision:
                triggers = (*projection.announcements, Trigger.CONSULT_ENDED)
                return await self._announcements.announced(conversation_id, triggers, cause)
            await self._write(projection, before)
            await self._settle(projection)
            await self._offers.settle(projection.conversation_id, projection.offers)
            await self._leases.follow(projection.conversation_id)
            if await self._ends_help(projection, before):
                triggers = (*projection.announcements, Trigger.CONSULT_ENDED)
                projection = projection.model_copy(update={"announcements": triggers})
            said = await self._announcements.announce(conversation_id, projection.announcements, cause)
            await self._tell(projection, before)
        return said

    async def close(self, request: CloseRequest) -> bool:
        """Close unless mail is on its way that the workflow has not seen."""
        facts = request.model_dump()
        async with self._db.transaction():
            if await self._db.execute(CLOSE, facts):
                await self._let_go(request.conversation_id)
                return True
            # A statement of its own, so that it sees a close that the one above waited for.
            now = await self._db.one(STATE_NOW, facts)
        if now is None:
            raise _unknown(request.conversation_id)
        return bool(now["state"] == State.CLOSED)

    async def reclaim(self, conversation_id: ConversationId) -> int:
        """Have every message that is still to leave handed over again; free what nobody has."""
        which = {"conversation_id": conversation_id}
        async with self._db.transaction():
            await self._db.execute(BEFORE, which)
            # Somebody was about to take it, and whoever would have told of that is gone.
            await self._leases.follow(conversation_id)
            return await self._db.execute(RECLAIM, which)

    async def _ends_help(self, projection: Projection, before: _Before) -> bool:
        """Help is for whoever has it, as long as they have it."""
        is_theirs = before.agent_id == projection.agent_id and projection.state in HELPED_IN
        if is_theirs or before.agent_id is None:
            return False
        await self._consults.withdraw(projection.conversation_id)
        return await self._participants.end_help(projection.conversation_id)

    async def _let_go(self, conversation_id: ConversationId) -> None:
        """Nobody is asked any more, and nobody's capacity is used, whatever was said before."""
        rows = await self._db.rows(_Open, OPEN_OFFERS, {"conversation_id": conversation_id})
        fates = {row.offer_id: OfferState.WITHDRAWN for row in rows}
        await self._offers.settle(conversation_id, fates)
        await self._leases.follow(conversation_id)
        await self._participants.end_all(conversation_id)

    async def _write(self, projection: Projection, before: _Before) -> None:
        """Closed is final, and only `close` closes, because it looks into the mailbox."""
        facts = projection.model_dump(exclude={"settled", "offers", "announcements"})
        if before.state is State.CLOSED:
            await self._db.execute(PROJECT_CLOSED, facts)
            return
        if projection.queue_id not in {None, before.queue_id}:
            await self._db.execute(MOVE, facts)
        state = before.state if projection.state is State.CLOSED else projection.state
        await self._db.execute(PROJECT, {**facts, "state": state})

    async def _settle(self, projection: Projection) -> None:
        if not projection.settled:
            return
        fates = {
            "conversation_id": projection.conversation_id,
            "message_ids": list(projection.settled),
            "statuses": [status.value for status in projection.settled.values()],
            "ranks": [status.rank for status in projection.settled.values()],
        }
        await self._db.execute(SETTLE, fates)

    async def _tell(self, projection: Projection, before: _Before) -> None:
        left_agent = before.agent_id != projection.agent_id
        left_queue = projection.queue_id not in {None, before.queue_id}
        change = {
            "conversation_id": projection.conversation_id,
            "announcements": document(projection.announcements),
            "left_agent_id": before.agent_id if left_agent else None,
            "left_queue_id": before.queue_id if left_queue else None,
        }
        await self._db.execute(TELL, change)


def _unknown(conversation_id: ConversationId) -> NotFound:
    return NotFound(f"There is no conversation {conversation_id}.")
