"""Why a conversation is where it is: in which queue, and with whom or with nobody."""

from datetime import UTC, datetime
from typing import TypeAlias

from application.desk import viewer_of
from application.work_desk import desk_of
from domain.assignments import AssignmentDecision, Explanation
from domain.configuration import Caller
from domain.errors import Refused
from domain.ids import ConversationId
from domain.routing_decisions import KeptDecision
from routing.assignment import Assignment
from routing.explaining import explanation
from storage.assignment_decisions import AssignmentDecisions
from storage.conversations import Conversations as ConversationList
from storage.database import Database
from storage.organization import Organizations
from storage.paging import page
from storage.routing_decisions import RoutingDecisions
from storage.work import Work

Reason: TypeAlias = KeptDecision | AssignmentDecision


class Reasons:
    """For whoever may see the conversation."""

    def __init__(self, listed: ConversationList, database: Database) -> None:
        self._listed = listed
        self._queues = RoutingDecisions(database)
        self._agents = AssignmentDecisions(database)
        self._work = Work(database)
        self._organizations = Organizations(database)

    async def listing(
        self, caller: Caller, conversation_id: ConversationId, cursor: str | None, limit: int
    ) -> tuple[list[Reason], str | None]:
        """Everything that was decided, the oldest first."""
        await self._listed.get(conversation_id, viewer_of(caller))
        queues, more_queues = await self._queues.listing(conversation_id, cursor, limit)
        agents, more_agents = await self._agents.listing(conversation_id, cursor, limit)
        both: list[Reason] = sorted([*queues, *agents], key=lambda each: each.decision_id)
        shown, after = page(both, limit, lambda each: each.decision_id)
        if after is None and (more_queues or more_agents):
            after = str(shown[-1].decision_id)
        return shown, after

    async def now(self, caller: Caller, conversation_id: ConversationId) -> Explanation:
        """Who could be asked for it at this moment, and what is in the way of others."""
        await self._listed.get(conversation_id, viewer_of(caller))
        found = await self._work.read_one(conversation_id)
        if found is None:
            raise Refused(
                "This conversation does not wait to be offered to somebody: an agent has it or is asked"
                " for it, agents take its kind of work themselves, or it is over."
            )
        read, queue = found
        policy = (await self._organizations.get()).assignment
        now = datetime.now(UTC)
        desk = desk_of(read, [queue], policy.decline_limit)
        return explanation(Assignment(desk, now).look(read.items[0]), queue.method, now)
