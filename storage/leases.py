"""Leases on capacity: a conversation's follow what is known of it, and agents may take one."""

from datetime import timedelta
from typing import Final

from domain.capacity import Demand, HeldFor, Lease, Shortage, shortage_of_own_choice
from domain.distribution import WorkSettings
from domain.errors import NotFound
from domain.ids import AgentId, ConversationId
from domain.ports import CapacityRequest
from domain.values import Value
from storage.capacity import Capacity
from storage.database import Database

# What each agent should hold of it, beside what they do hold. Consulting is ended by whoever began it.
WRONG: Final = """
    WITH conversation AS (
        SELECT c.conversation_id, c.state, w.work,
               CASE WHEN c.holds_capacity AND c.state <> 'closed' THEN c.agent_id END AS holder
        FROM conversations c JOIN workstreams w ON w.workstream_id = c.workstream_id
        WHERE c.conversation_id = %(conversation_id)s
    ), should AS (
        SELECT DISTINCT ON (agent_id) agent_id, held_for FROM (
            SELECT holder AS agent_id, 'conversation' AS held_for FROM conversation
            WHERE holder IS NOT NULL
            UNION ALL
            SELECT o.agent_id, 'offer'
            FROM offers o JOIN conversation USING (conversation_id)
            WHERE o.state = 'open' AND o.purpose <> 'consult' AND o.agent_id IS DISTINCT FROM holder
        ) AS each
        ORDER BY agent_id
    ), held AS (
        SELECT l.agent_id, l.held_for FROM capacity_leases l JOIN conversation USING (conversation_id)
    )
    SELECT agent_id, held.held_for AS held_for, should.held_for AS should, conversation.work
    FROM should FULL JOIN held USING (agent_id) CROSS JOIN conversation
    WHERE held.held_for IS DISTINCT FROM should.held_for
      AND NOT (held.held_for = 'consult' AND should.held_for IS NULL AND conversation.state <> 'closed')
"""
# Beside what is under way: a workflow that took capacity may take its time to say so.
ASTRAY: Final = """
    SELECT l.conversation_id FROM capacity_leases l
    JOIN conversations c ON c.conversation_id = l.conversation_id
    WHERE l.since < statement_timestamp() - %(older_than)s::interval
      AND CASE l.held_for
          WHEN 'conversation' THEN NOT c.holds_capacity OR c.agent_id IS DISTINCT FROM l.agent_id
          WHEN 'offer' THEN NOT EXISTS (
              SELECT FROM offers o
              WHERE o.conversation_id = l.conversation_id AND o.agent_id = l.agent_id
                AND o.state = 'open'
          )
          ELSE c.state = 'closed'
      END
    UNION
    SELECT c.conversation_id FROM conversations c
    WHERE c.holds_capacity AND c.agent_id IS NOT NULL AND c.state <> 'closed'
      AND NOT EXISTS (
          SELECT FROM capacity_leases l
          WHERE l.conversation_id = c.conversation_id AND l.agent_id = c.agent_id
            AND l.held_for = 'conversation'
      )
    LIMIT %(limit)s
"""
LOCK: Final = """
    SELECT 1 FROM conversations WHERE conversation_id = %(conversation_id)s FOR NO KEY UPDATE
"""
LET_GO: Final = """
    DELETE FROM capacity_leases
    WHERE conversation_id = %(conversation_id)s AND agent_id = ANY (%(agent_ids)s)
"""
HOLD: Final = """
    INSERT INTO capacity_leases (conversation_id, agent_id, units, profile_ids, held_for, forced)
    VALUES (%(conversation_id)s, %(agent_id)s, %(units)s, %(profile_ids)s, %(held_for)s, %(forced)s)
    ON CONFLICT (conversation_id, agent_id) DO UPDATE SET held_for = excluded.held_for
"""
WANTED: Final = """
    SELECT w.distribution, w.work FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE c.conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE OF c
"""
ASKED: Final = """
    SELECT agent_id FROM offers
    WHERE conversation_id = %(conversation_id)s AND state = 'open' AND purpose <> 'consult'
"""
HELD: Final = """
    SELECT conversation_id, agent_id, units, profile_ids, held_for, forced, since FROM capacity_leases
    WHERE conversation_id = %(conversation_id)s
    ORDER BY agent_id
"""
OF_AGENT: Final = """
    SELECT conversation_id, agent_id, units, profile_ids, held_for, forced, since FROM capacity_leases
    WHERE agent_id = %(agent_id)s
    ORDER BY conversation_id LIMIT %(limit)s
"""
_MOST: Final = 1_000
_ASK_FIRST: Final = "Work of this kind is offered to you; you cannot take it yourself."
_NOT_THERE: Final = "This agent is not active; ask an admin."
_OFFERED: Final = "It is being offered to somebody else; it may come back."
_REFUSALS: Final = {
    Shortage.UNITS: "Your capacity is used up: end and close a conversation first.",
    Shortage.PROFILE: "Your capacity for such work is used up: end and close a conversation first.",
    Shortage.NO_PROFILE: "This work needs a capacity profile that you do not have; ask an admin.",
}


class _Conversation(Value):
    conversation_id: ConversationId


class _Wrong(Value):
    agent_id: AgentId
    held_for: HeldFor | None
    should: HeldFor | None
    work: WorkSettings

    @property
    def begins_anew(self) -> bool:
        """Consulting takes another amount, so its lease does not become one for the conversation."""
        return self.held_for in {None, HeldFor.CONSULT}


class _Wanted(Value):
    distribution: str
    work: WorkSettings

    @property
    def may_be_picked(self) -> bool:
        return self.distribution == "pick" or self.work.pick_from_push


class Leases:
    """Every change belongs into a transaction that holds the conversation's row."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._capacity = Capacity(db)

    async def of(self, conversation_id: ConversationId) -> list[Lease]:
        """What a conversation takes, and of whom."""
        return await self._db.rows(Lease, HELD, {"conversation_id": conversation_id})

    async def of_agent(self, agent_id: AgentId) -> list[Lease]:
        """What an agent holds."""
        return await self._db.rows(Lease, OF_AGENT, {"agent_id": agent_id, "limit": _MOST})

    async def follow(self, conversation_id: ConversationId) -> None:
        """Whoever has it holds it, whom it is offered to holds it back for them; nobody else does."""
        wrong = await self._db.rows(_Wrong, WRONG, {"conversation_id": conversation_id})
        if not wrong:
            return
        await self._capacity.lock(each.agent_id for each in wrong)
        gone = [each.agent_id for each in wrong if each.begins_anew or each.should is None]
        await self._db.execute(LET_GO, {"conversation_id": conversation_id, "agent_ids": gone})
        for each in wrong:
            await self._set_right(conversation_id, each)

    async def astray(self, older_than: timedelta, limit: int) -> list[ConversationId]:
        """Conversations whose leases do not follow them: older releases left some behind."""
        which = {"older_than": older_than, "limit": limit}
        rows = await self._db.rows(_Conversation, ASTRAY, which)
        return [row.conversation_id for row in rows]

    async def recheck(self, conversation_id: ConversationId) -> None:
        """Bring a conversation's leases back in line with it."""
        async with self._db.transaction():
            await self._db.execute(LOCK, {"conversation_id": conversation_id})
            await self.follow(conversation_id)

    async def _set_right(self, conversation_id: ConversationId, wrong: _Wrong) -> None:
        """Nobody asked whether there is room for it: what is too much is there by force."""
        if wrong.should is None:
            return
        demand = Demand.of(wrong.work)
        forced = False
        if wrong.begins_anew:
            standing = await self._capacity.standing(wrong.agent_id)
            forced = standing is None or shortage_of_own_choice(standing, demand) is not None
        await self.hold(
            conversation_id=conversation_id,
            agent_id=wrong.agent_id,
            demand=demand,
            held_for=wrong.should,
            forced=forced,
        )

    async def hold(
        self,
        *,
        conversation_id: ConversationId,
        agent_id: AgentId,
        demand: Demand,
        held_for: HeldFor,
        forced: bool,
    ) -> None:
        """Their load is locked, and somebody has looked whether there is room.

        What they hold of it already stays as it is, and is for this now.
        """
        lease = {
            "conversation_id": conversation_id,
            "agent_id": agent_id,
            "units": demand.units,
            "profile_ids": list(demand.profile_ids),
            "held_for": held_for,
            "forced": forced,
        }
        await self._db.execute(HOLD, lease)

    async def let_go(self, conversation_id: ConversationId, agent_id: AgentId) -> None:
        """Their load is locked."""
        await self._db.execute(LET_GO, {"conversation_id": conversation_id, "agent_ids": [agent_id]})

    async def take(self, request: CapacityRequest) -> str | None:
        """An agent takes the conversation themselves; or why they cannot. Repeating changes nothing."""
        which = {"conversation_id": request.conversation_id}
        async with self._db.transaction():
            wanted = await self._db.row(_Wanted, WANTED, which)
            if wanted is None:
                raise NotFound(f"There is no conversation {request.conversation_id}.")
            asked = await self._db.one(ASKED, which)
            if asked is not None and asked["agent_id"] != request.agent_id:
                return _OFFERED
            await self._capacity.lock([request.agent_id])
            return await self._take(request, wanted)

    async def _take(self, request: CapacityRequest, wanted: _Wanted) -> str | None:
        held = {each.agent_id: each.held_for for each in await self.of(request.conversation_id)}
        has = held.get(request.agent_id)
        if has is None and not request.forced and not wanted.may_be_picked:
            return _ASK_FIRST
        standing = await self._capacity.standing(request.agent_id)
        if standing is None:
            return _NOT_THERE
        demand = Demand.of(wanted.work)
        is_new = has in {None, HeldFor.CONSULT}
        short = shortage_of_own_choice(standing, demand) if is_new else None
        if short and not request.forced:
            return _REFUSALS[short]
        if has is HeldFor.CONSULT:
            await self.let_go(request.conversation_id, request.agent_id)
        await self.hold(
            conversation_id=request.conversation_id,
            agent_id=request.agent_id,
            demand=demand,
            held_for=HeldFor.CONVERSATION,
            forced=short is not None,
        )
        return None
