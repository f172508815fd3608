"""What a conversation writes into PostgreSQL for people to see, and reads from it before it decides."""

from collections.abc import Sequence

from temporalio import workflow

from activities.capacity import CapacityActivities
from activities.projection import ProjectionActivities
from domain.conversations import ConversationStart, Event, Memory
from domain.effects import Trigger
from domain.ids import AgentId, MessageId, OfferId
from domain.messages import DeliveryStatus
from domain.offers import OfferState
from domain.ports import CapacityRequest, CloseRequest, Projection
from workflows import policies


class Books:
    """One conversation's. `start` has the durations that were in force when they were last read."""

    def __init__(self, start: ConversationStart, revision: int) -> None:
        self.start = start
        self.revision = revision

    async def refresh_timers(self) -> None:
        """A change of the configuration applies at the next decision that needs a duration."""
        timers = await workflow.execute_activity_method(
            ProjectionActivities.load_timers,
            self.start.conversation_id,
            **policies.STORAGE,
            summary="durations in force",
        )
        self.start = self.start.model_copy(update={"timers": timers})

    async def close(self, event: Event, handled: int) -> bool:
        """Ask PostgreSQL, which knows of mail that has not reached us: closing must not race it."""
        request = CloseRequest(
            conversation_id=self.start.conversation_id,
            handled=handled,
            at=workflow.now(),
            reason=event,
        )
        return await workflow.execute_activity_method(
            ProjectionActivities.close_conversation,
            request,
            **policies.STORAGE,
            summary=f"close: {event}",
        )

    async def project(
        self,
        memory: Memory,
        *,
        announced: Sequence[Trigger] = (),
        settled: dict[MessageId, DeliveryStatus] | None = None,
        offers: dict[OfferId, OfferState] | None = None,
        ended_by: Event | None = None,
    ) -> tuple[MessageId, ...]:
        """Show the conversation as it is now; return what the system says because of it."""
        self.revision += 1
        projection = Projection(
            conversation_id=self.start.conversation_id,
            revision=self.revision,
            state=memory.state,
            at=workflow.now(),
            agent_id=memory.agent_id,
            queue_id=memory.queue_id,
            preferred_agent_id=memory.preferred_agent_id,
            holds_capacity=memory.holds_capacity,
            announcements=tuple(announced),
            ended_by=ended_by,
            settled=settled or {},
            offers=offers or {},
        )
        automated = await workflow.execute_activity_method(
            ProjectionActivities.project_conversation,
            projection,
            **policies.STORAGE,
            summary=f"show: {memory.state}",
        )
        return automated or ()

    async def take_capacity(self, agent_id: AgentId, *, forced: bool) -> str | None:
        """Reserve what this conversation takes of an agent, or say why they cannot have it."""
        request = CapacityRequest(
            conversation_id=self.start.conversation_id, agent_id=agent_id, forced=forced
        )
        return await workflow.execute_activity_method(
            CapacityActivities.take_capacity,
            request,
            **policies.STORAGE,
            summary=f"capacity of {agent_id}",
        )

    async def reclaim_deliveries(self) -> None:
        """The workflow was lost, and its list of messages to deliver with it."""
        await workflow.execute_activity_method(
            ProjectionActivities.reclaim_deliveries,
            self.start.conversation_id,
            **policies.STORAGE,
            summary="hand over again what is still to leave",
        )
