"""What becomes of offers: kept, told to whom they were made, and held against whoever missed them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from domain.assignment_policy import AssignmentPolicy
from domain.ids import AgentId, ConversationId, OfferId
from domain.offers import OfferState
from domain.presences import BasePresence
from domain.values import Value
from storage.agent_presences import AgentPresences
from storage.database import Database

# What a conversation says was accepted is accepted, also when somebody withdrew it at the same time.
SETTLE: Final = """
    WITH settled AS (
        UPDATE offers o
        SET state = CASE WHEN fate.state = 'timed_out' AND o.shown_at IS NULL THEN 'undelivered'
                         ELSE fate.state END,
            settled_at = statement_timestamp()
        FROM unnest(%(offer_ids)s::uuid[], %(states)s::text[]) AS fate (offer_id, state)
        WHERE o.offer_id = fate.offer_id AND o.conversation_id = %(conversation_id)s
          AND (o.state = 'open' OR (o.state = 'withdrawn' AND fate.state = 'accepted'))
        RETURNING o.offer_id, o.conversation_id, o.agent_id, o.offered_by, o.purpose, o.state,
                  o.settled_at - o.expires_at AS late
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, to_agent_id, data)
        SELECT conversation_id, 'offer_settled', party,
               jsonb_build_object('offer_id', offer_id, 'purpose', purpose, 'state', state,
                                  'agent_id', agent_id)
        FROM settled CROSS JOIN LATERAL unnest(ARRAY[agent_id, offered_by]) AS party
        WHERE party IS NOT NULL
    )
    SELECT offer_id, agent_id, state, late, pg_notify('holdfast_events', '') FROM settled
"""
POLICY: Final = "SELECT coalesce((SELECT assignment FROM organizations), '{}') AS assignment"
_MISSED: Final = (OfferState.TIMED_OUT, OfferState.UNDELIVERED)
# A countdown is seen to within a second or two. Much later we were down, and nobody could answer.
OUR_FAULT: Final = timedelta(seconds=15)


class _Organization(Value):
    assignment: AssignmentPolicy = AssignmentPolicy()


class Settled(Value):
    """An offer that is over now and was not before."""

    offer_id: OfferId
    agent_id: AgentId
    state: OfferState
    late: timedelta
    """How long after its countdown; below zero: before its end."""

    @property
    def was_missed(self) -> bool:
        """By its agent, who had the time for it."""
        return self.state in _MISSED and self.late <= OUR_FAULT


class OfferSettling:
    """Every call belongs into a transaction that holds the conversation's row."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._presences = AgentPresences(db)

    async def settle(
        self, conversation_id: ConversationId, fates: Mapping[OfferId, OfferState]
    ) -> list[Settled]:
        """Those that were over before stay as they are. Their leases are the caller's to free."""
        if not fates:
            return []
        which = {
            "conversation_id": conversation_id,
            "offer_ids": list(fates),
            "states": [state.value for state in fates.values()],
        }
        settled = await self._db.rows(Settled, SETTLE, which)
        for each in settled:
            await self._hold_against(each)
        return settled

    async def _hold_against(self, settled: Settled) -> None:
        if not (settled.was_missed or settled.state is OfferState.DECLINED):
            return
        organization = await self._db.row(_Organization, POLICY) or _Organization()
        policy = organization.assignment
        if settled.was_missed and policy.missed_makes_inactive:
            await self._presences.impose(settled.agent_id, BasePresence.INACTIVE)
        elif settled.state is OfferState.DECLINED and policy.declined_makes_do_not_disturb:
            await self._presences.impose(settled.agent_id, BasePresence.DO_NOT_DISTURB)
