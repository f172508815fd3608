"""What a conversation does with one thing that happened: ask the machine, then perform its effects."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.delivery import DeliveryActivities, DeliveryOutcome
from activities.media import MediaActivities
from activities.projection import ProjectionActivities
from domain.commands import AnyCommand, Park, Send, Withdraw
from domain.conversations import Event, KnownState, Mail, MailKind, Memory, State
from domain.effects import Close, Effect, Trigger
from domain.errors import OutsideServiceWindow, RecipientOptedOut, Refused
from domain.ids import AgentId, MessageId
from domain.messages import DeliveryStatus
from domain.ports import CloseRequest, Projection
from domain.timers import Deadline
from statemachines import deadlines, parking
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire, resume
from workflows import performing, policies, search_attributes
from workflows.background import InOrder
from workflows.details import current_details
from workflows.run import ConversationRun, beginning

FILES_AT_ONCE: Final = 4
_STEADY: Final = (State.OPEN, State.ACTIVE)
"""States in which a customer's message changes nothing that a configured duration could matter to."""

_CONCERNS_CONVERSATION: Final = {
    OutsideServiceWindow.code: Event.SERVICE_WINDOW_EXPIRED,
    RecipientOptedOut.code: Event.CUSTOMER_OPTED_OUT,
}
"""Failures of one delivery that change the whole conversation."""


class Process:
    """What happens to a conversation, one thing at a time.

    Only the workflow's loop calls it; deliveries and copies go on beside it.
    """

    def __init__(self, run: ConversationRun) -> None:
        self.start = run.start
        self.memory = run.memory or beginning(run.start)
        self.handled = run.received
        self.revision = run.revision
        self.learned: list[Event] = []
        """What deliveries found out; the loop takes it up like mail."""
        self.deliveries = InOrder(run.outbox, self._deliver)
        self.copies = InOrder(run.copying, self._copy_media, lanes=FILES_AT_ONCE)
        if run.copying:
            self._copy_side_by_side()

    @property
    def is_closed(self) -> bool:
        """Nothing can happen to it any more, and nothing is under way."""
        busy = self.learned or self.deliveries.waiting or self.copies.waiting
        return self.memory.state is State.CLOSED and not busy

    async def take_up(self, known: KnownState) -> None:
        """Go on where PostgreSQL knows the conversation: its former workflow was lost."""
        self.revision = known.revision
        await self._refresh_timers()
        self.memory = resume(self.memory, now=workflow.now(), timers=self.start.timers)
        await workflow.execute_activity_method(
            ProjectionActivities.reclaim_deliveries,
            self.start.conversation_id,
            **policies.STORAGE,
            summary="hand over again what is still to leave",
        )

    # -- what can happen ------------------------------------------------------------------------

    async def read(self, mail: Mail) -> None:
        """One item of the mailbox."""
        if mail.has_media and mail.message_id is not None:
            self._copy_side_by_side()
            self.copies.add(mail.message_id)
        match mail.kind:
            case MailKind.CUSTOMER_WROTE:
                await self.notice(Event.CUSTOMER_WROTE, wrote_at=mail.at)
            case MailKind.WINDOW_REFUSED if mail.at < self.memory.last_inbound_at:
                # It speaks of a message that left before the customer opened the window again.
                workflow.logger.info("late refusal ignored")
            case MailKind.WINDOW_REFUSED:
                await self.notice(Event.SERVICE_WINDOW_EXPIRED)
            case MailKind.CUSTOMER_OPTED_OUT:
                await self.notice(Event.CUSTOMER_OPTED_OUT)
            case MailKind.RESTORED:
                await self._project()
            case MailKind.SYSTEM_WROTE:
                self._deliver_later(mail.message_id)
        self.handled = mail.position

    async def reach(self, deadline: Deadline) -> None:
        """A deadline has come."""
        event = deadlines.event_of(self.memory, deadline)
        self.memory = deadlines.without(self.memory, deadline)
        if event is not None:
            await self.notice(event)

    async def obey(self, command: AnyCommand) -> None:
        """Carry out what an agent asks. Raises Refused."""
        check(self.memory, command, workflow.now())
        if is_done_already(self.memory, command):
            return
        event = event_of(self.memory, command)
        if event is not None:
            await self._happen(event, agent_id=command.agent_id)
        elif isinstance(command, Send):
            self.deliveries.add(command.message_id)
        elif isinstance(command, Park):
            await self._park(command.message_id)
        elif isinstance(command, Withdraw):
            self.memory = parking.withdraw(self.memory, command.message_id)
            await self._project(settled={command.message_id: DeliveryStatus.WITHDRAWN})

    async def notice(self, event: Event, wrote_at: datetime | None = None) -> None:
        """Something nobody asked for: when the machine refuses it, it is of no consequence."""
        try:
            await self._happen(event, wrote_at=wrote_at)
        except Refused as refusal:
            workflow.logger.info("event refused", extra={"event": event, "reason": str(refusal)})

    # -- deciding and performing ----------------------------------------------------------------

    async def _happen(
        self, event: Event, *, agent_id: AgentId | None = None, wrote_at: datetime | None = None
    ) -> None:
        if not (event is Event.CUSTOMER_WROTE and self.memory.state in _STEADY):
            await self._refresh_timers()
        before, now, timers = self.memory, workflow.now(), self.start.timers
        memory, effects = fire(
            before, event, now=now, timers=timers, agent_id=agent_id, wrote_at=wrote_at
        )
        if any(isinstance(effect, Close) for effect in effects) and not await self._close(event):
            self.memory = deadlines.postpone_closing(before, event, now)
            return
        self.memory = memory
        await self._perform(before, effects)

    async def _perform(self, before: Memory, effects: tuple[Effect, ...]) -> None:
        for message_id in performing.released(before, effects):
            self.deliveries.add(message_id)
        if performing.needs_projection(effects):
            workflow.upsert_search_attributes(search_attributes.changes(self.memory))
            announced = performing.announcements(effects)
            await self._project(announced=announced, settled=performing.settled(before, effects))
        workflow.set_current_details(current_details(self.memory))

    async def _park(self, message_id: MessageId) -> None:
        await self._refresh_timers()
        now, timers = workflow.now(), self.start.timers
        self.memory = parking.park(self.memory, message_id, now=now, timers=timers)
        workflow.set_current_details(current_details(self.memory))

    async def _refresh_timers(self) -> None:
        """A change of the configuration applies at the next decision that needs a duration."""
        timers = await workflow.execute_activity_method(
            ProjectionActivities.load_timers,
            self.start.conversation_id,
            **policies.STORAGE,
            summary="durations in force",
        )
        self.start = self.start.model_copy(update={"timers": timers})

    async def _close(self, event: Event) -> bool:
        """Ask PostgreSQL, which knows of mail that has not reached us: closing must not race it."""
        request = CloseRequest(
            conversation_id=self.start.conversation_id,
            handled=self.handled,
            at=workflow.now(),
            reason=event,
        )
        return await workflow.execute_activity_method(
            ProjectionActivities.close_conversation,
            request,
            **policies.STORAGE,
            summary=f"close: {event}",
        )

    async def _project(
        self,
        announced: Iterable[Trigger] = (),
        settled: dict[MessageId, DeliveryStatus] | None = None,
    ) -> None:
        self.revision += 1
        projection = Projection(
            conversation_id=self.start.conversation_id,
            revision=self.revision,
            state=self.memory.state,
            at=workflow.now(),
            agent_id=self.memory.agent_id,
            preferred_agent_id=self.memory.preferred_agent_id,
            holds_capacity=self.memory.holds_capacity,
            announcements=tuple(announced),
            settled=settled or {},
        )
        automated = await workflow.execute_activity_method(
            ProjectionActivities.project_conversation,
            projection,
            **policies.STORAGE,
            summary=f"show: {self.memory.state}",
        )
        self._deliver_later(*automated or ())

    def _deliver_later(self, *automated: MessageId | None) -> None:
        """What the system says leaves in its turn, whatever state the conversation is in."""
        for message_id in automated:
            if message_id is not None:
                self.deliveries.add(message_id)

    # -- beside the loop ------------------------------------------------------------------------

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
            self.copies.at_once = FILES_AT_ONCE

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
