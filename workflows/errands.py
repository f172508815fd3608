"""What goes on beside a conversation's loop: messages leave, and customers' files are copied."""

from typing import Final

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.delivery import DeliveryActivities, DeliveryOutcome
from activities.media import MediaActivities
from domain.conversations import Event
from domain.errors import OutsideServiceWindow, RecipientOptedOut
from domain.ids import MessageId
from workflows import policies
from workflows.background import InOrder
from workflows.run import ConversationRun

FILES_AT_ONCE: Final = 4

_CONCERNS_CONVERSATION: Final = {
    OutsideServiceWindow.code: Event.SERVICE_WINDOW_EXPIRED,
    RecipientOptedOut.code: Event.CUSTOMER_OPTED_OUT,
}
"""Failures of one delivery that change the whole conversation."""


class Errands:
    """One conversation's, each in its turn."""

    def __init__(self, run: ConversationRun) -> None:
        self.learned: list[Event] = []
        """What deliveries found out; the loop takes it up like mail."""
        self._deliveries = InOrder(run.outbox, self._deliver)
        self._copies = InOrder(run.copying, self._copy_media, lanes=FILES_AT_ONCE)
        if run.copying:
            self._copy_side_by_side()

    @property
    def outbox(self) -> tuple[MessageId, ...]:
        """Messages that wait for delivery, in order."""
        return self._deliveries.waiting

    @property
    def copying(self) -> tuple[MessageId, ...]:
        """Messages whose files are being copied."""
        return self._copies.waiting

    @property
    def are_under_way(self) -> bool:
        return bool(self.outbox or self.copying)

    def start(self) -> None:
        """Go on with what the run before left."""
        self._deliveries.start()
        self._copies.start()

    def deliver(self, *message_ids: MessageId | None) -> None:
        """Have them leave, after everything that waits already."""
        for message_id in message_ids:
            if message_id is not None:
                self._deliveries.add(message_id)

    def copy_files(self, message_id: MessageId) -> None:
        """Bring a message's files into our own store."""
        self._copy_side_by_side()
        self._copies.add(message_id)

    async def _deliver(self, message_id: MessageId) -> None:
        try:
            outcome = await self._attempt(message_id)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await self._give_up(message_id)
            return
        event = _CONCERNS_CONVERSATION.get(outcome.code or "")
        if event is not None:
            self.learned.append(event)

    async def _attempt(self, message_id: MessageId) -> DeliveryOutcome:
        return await workflow.execute_activity_method(
            DeliveryActivities.deliver_message,
            message_id,
            **policies.DELIVERY,
            summary=f"deliver {message_id}",
        )

    async def _give_up(self, message_id: MessageId) -> None:
        workflow.logger.warning("delivery given up", extra={"message_id": str(message_id)})
        await workflow.execute_activity_method(
            DeliveryActivities.give_up_delivery,
            message_id,
            **policies.STORAGE,
            summary=f"give up {message_id}",
        )

    def _copy_side_by_side(self) -> None:
        """A file that its provider does not hand over must not keep the others waiting for hours."""
        if workflow.patched("files side by side"):
            self._copies.at_once = FILES_AT_ONCE

    async def _copy_media(self, message_id: MessageId) -> None:
        try:
            await workflow.execute_activity_method(
                MediaActivities.copy_media,
                message_id,
                **policies.MEDIA,
                summary=f"copy files of {message_id}",
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await workflow.execute_activity_method(
                MediaActivities.give_up_media,
                message_id,
                **policies.STORAGE,
                summary=f"give up files of {message_id}",
            )
