"""Write a conversation's state into the read model, and ask it to close."""

from temporalio import activity

from activities import Activities
from domain.ids import ConversationId, MessageId
from domain.ports import CloseRequest, Projection, ReadModel
from domain.timers import TimerPolicy


class ProjectionActivities:
    """What the workflow writes for people to see; never read back to decide."""

    def __init__(self, read_model: ReadModel) -> None:
        self._read_model = read_model

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (
            self.project_conversation,
            self.close_conversation,
            self.load_timers,
            self.reclaim_deliveries,
        )

    @activity.defn
    async def project_conversation(self, projection: Projection) -> tuple[MessageId, ...] | None:
        """Show this state, unless a newer one is shown already.

        Returns the automated messages that shall leave because of it; None, as always before there
        were any, when there are none.
        """
        return await self._read_model.project(projection) or None

    @activity.defn
    async def close_conversation(self, request: CloseRequest) -> bool:
        """Close; False when the customer's next message is on its way."""
        return await self._read_model.close(request)

    @activity.defn
    async def reclaim_deliveries(self, conversation_id: ConversationId) -> int:
        """The workflow was lost, and its list of messages to deliver with it: start the list anew."""
        return await self._read_model.reclaim(conversation_id)

    @activity.defn
    async def load_timers(self, conversation_id: ConversationId) -> TimerPolicy:
        """The durations that admins have configured by now."""
        return await self._read_model.timer_policy(conversation_id)
