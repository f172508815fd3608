"""What a conversation does with one thing that happened: ask the machine, then perform its effects."""

from datetime import datetime
from typing import Final

from temporalio import workflow

from domain.commands import AnyCommand, Park, Send, TransferToQueue, Withdraw
from domain.conversations import ConversationStart, Event, KnownState, Mail, MailKind, Memory, State
from domain.effects import Close, Effect
from domain.errors import Refused
from domain.ids import AgentId, MessageId, QueueId
from domain.messages import DeliveryStatus
from domain.offers import OfferTerms
from domain.timers import Deadline
from statemachines import deadlines, parking, proposals, queueing
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire, resume
from workflows import performing, search_attributes
from workflows.bookkeeping import Books
from workflows.details import current_details
from workflows.errands import Errands
from workflows.run import ConversationRun, beginning

_STEADY: Final = (State.OPEN, State.ACTIVE)
"""States in which a customer's message changes nothing that a configured duration could matter to."""

_ABOUT_OFFERS: Final = (Event.OFFERED, Event.OFFER_DECLINED, Event.OFFER_EXPIRED)
"""What carries its own time, and changes no state."""

_CLOSING: Final = (Event.AUTO_CLOSE, Event.INACTIVITY_EXPIRED, Event.WRAP_UP_EXPIRED)
"""What closes, and nothing else: no time comes after it. Thousands may be due after an outage."""

_ABOUT_WAITING: Final = (Event.OVERFLOWED, Event.OVERFLOW_ENDED)
"""What is decided by durations that were read a moment ago, or by none."""

_TAKING: Final = (Event.PICKED, Event.REVIVED)
"""What agents may do only with capacity left. What is offered to them has reserved it."""

_EVENTS: Final = {
    MailKind.WINDOW_REFUSED: Event.SERVICE_WINDOW_EXPIRED,
    MailKind.CUSTOMER_OPTED_OUT: Event.CUSTOMER_OPTED_OUT,
    MailKind.CHAT_STARTED: Event.CHAT_STARTED,
    MailKind.CONNECTION_LOST: Event.CONNECTION_LOST,
    MailKind.CUSTOMER_RETURNED: Event.CUSTOMER_RETURNED,
    MailKind.CUSTOMER_ENDED: Event.CUSTOMER_ENDED,
    MailKind.OVERFLOW_ENDED: Event.OVERFLOW_ENDED,
    MailKind.AGENT_AWAY: Event.AGENT_AWAY,
    MailKind.AGENT_RETURNED: Event.AGENT_RETURNED,
}
"""Mail that is an event and nothing else."""


class Process:
    """What happens to a conversation, one thing at a time.

    Only the workflow's loop calls it; its errands go on beside it.
    """

    def __init__(self, run: ConversationRun) -> None:
        self.memory = run.memory or beginning(run.start)
        self.handled = run.received
        self.taken = run.received
        """Its mail up to there is handled or just being read: no later one may be missed by closing."""
        self.books = Books(run.start, run.revision)
        self.errands = Errands(run)

    @property
    def start(self) -> ConversationStart:
        """How it began, with the durations that are in force."""
        return self.books.start

    @property
    def is_closed(self) -> bool:
        """Nothing can happen to it any more, and nothing is under way."""
        busy = self.errands.learned or self.errands.are_under_way
        return self.memory.state is State.CLOSED and not busy

    async def take_up(self, known: KnownState) -> None:
        """Go on where PostgreSQL knows the conversation: its former workflow was lost."""
        self.books.revision = known.revision
        await self.books.refresh_timers()
        self.memory = resume(self.memory, now=workflow.now(), timers=self.start.timers)
        await self.books.reclaim_deliveries()
        if known.offer is not None and known.offer.accepted:
            await self._consider(known.offer)

    # -- what can happen ------------------------------------------------------------------------

    async def read(self, mail: Mail) -> None:
        """One item of the mailbox."""
        self.taken = mail.position
        if mail.has_media and mail.message_id is not None:
            self.errands.copy_files(mail.message_id)
        if self._is_overtaken(mail):
            workflow.logger.info("mail came too late to matter", extra={"kind": mail.kind})
        else:
            await self._take_in(mail)
        self.handled = mail.position

    def _is_overtaken(self, mail: Mail) -> bool:
        match mail.kind:
            case MailKind.WINDOW_REFUSED:
                # It speaks of a message that left before the customer opened the window again.
                return mail.at < self.memory.last_inbound_at
            case MailKind.AGENT_AWAY | MailKind.AGENT_RETURNED:
                return mail.agent_id != self.memory.agent_id
            case _:
                return False

    async def _take_in(self, mail: Mail) -> None:
        match mail.kind:
            case MailKind.CUSTOMER_WROTE:
                await self.notice(Event.CUSTOMER_WROTE, wrote_at=mail.wrote_at or mail.at)
            case MailKind.RESTORED:
                self.errands.deliver(*await self.books.project(self.memory))
            case MailKind.SYSTEM_WROTE:
                self.errands.deliver(mail.message_id)
            case MailKind.OFFERED:
                await self._consider(mail.offer)
            case kind:
                await self.notice(_EVENTS[kind])

    async def reach(self, deadline: Deadline) -> None:
        """A deadline has come."""
        event = deadlines.event_of(self.memory, deadline)
        self.memory = deadlines.without(self.memory, deadline)
        if event is Event.OVERFLOWED:
            await self._overflow()
        elif event is not None:
            await self.notice(event)

    async def obey(self, command: AnyCommand) -> None:
        """Carry out what an agent asks. Raises Refused."""
        check(self.memory, command, workflow.now())
        if is_done_already(self.memory, command):
            return
        event = event_of(self.memory, command)
        if event in _TAKING:
            await self._take_capacity(event, command.agent_id)
        if isinstance(command, TransferToQueue):
            await self._go_to_queue(command)
        elif event is not None:
            await self._happen(event, agent_id=command.agent_id)
        elif isinstance(command, Send):
            self.errands.deliver(command.message_id)
        elif isinstance(command, Park):
            await self._park(command.message_id)
        elif isinstance(command, Withdraw):
            await self._withdraw(command.message_id)

    async def notice(self, event: Event, wrote_at: datetime | None = None) -> None:
        """Something nobody asked for: when the machine refuses it, it is of no consequence."""
        try:
            await self._happen(event, wrote_at=wrote_at)
        except Refused as refusal:
            workflow.logger.info("event refused", extra={"event": event, "reason": str(refusal)})

    # -- deciding and performing ----------------------------------------------------------------

    async def _overflow(self) -> None:
        """It has waited long enough, unless its queue says something else by now."""
        await self.books.refresh_timers()
        timers = self.start.timers
        event = queueing.overflowing(self.memory, timers, workflow.now())
        if event is None:
            self._settle_in()
            return
        is_closing = Deadline.CLOSE_RETRY in self.memory.deadlines
        await self.notice(event)
        if not is_closing:
            self.memory = queueing.looked_at_again(self.memory)
        if event is Event.OVERFLOWED and timers.queue_overflow and timers.queue_overflow.queue_name:
            name = timers.queue_overflow.queue_name
            workflow.upsert_search_attributes(search_attributes.in_queue(name))

    def _settle_in(self) -> None:
        self.memory = queueing.settled_in(self.memory, self.start.timers, workflow.now())

    async def _consider(self, offer: OfferTerms | None) -> None:
        """Somebody is offered the conversation, or has it at once; unless that comes too late."""
        if offer is None or proposals.is_known(self.memory, offer):
            return
        try:
            await self._happen(proposals.event_of(offer), agent_id=offer.agent_id, offer=offer)
        except Refused:
            fate = {offer.offer_id: proposals.fate_of_late(self.memory, offer)}
            self.errands.deliver(*await self.books.project(self.memory, offers=fate))

    async def _go_to_queue(self, command: TransferToQueue) -> None:
        await self._happen(Event.TRANSFERRED_TO_QUEUE, queue_id=command.queue_id)
        workflow.upsert_search_attributes(search_attributes.in_queue(command.queue_name))

    async def _take_capacity(self, event: Event, agent_id: AgentId) -> None:
        """Whoever takes it needs room for it; whose customer comes back has it. Raises Refused."""
        if workflow.patched("capacity is taken first"):
            refusal = await self.books.take_capacity(agent_id, forced=event is Event.REVIVED)
            if refusal is not None:
                raise Refused(refusal)

    async def _happen(
        self,
        event: Event,
        *,
        agent_id: AgentId | None = None,
        wrote_at: datetime | None = None,
        offer: OfferTerms | None = None,
        queue_id: QueueId | None = None,
    ) -> None:
        if not self._is_untimed(event):
            await self.books.refresh_timers()
        before, now, timers = self.memory, workflow.now(), self.start.timers
        memory, effects = fire(
            before,
            event,
            now=now,
            timers=timers,
            agent_id=agent_id,
            wrote_at=wrote_at,
            offer=offer,
            queue_id=queue_id,
        )
        is_closing = any(isinstance(effect, Close) for effect in effects)
        if is_closing and not await self.books.close(event, self.taken):
            self.memory = deadlines.postpone_closing(before, event, now)
            return
        self.memory = memory
        await self._perform(event, before, effects)

    def _is_untimed(self, event: Event) -> bool:
        """No configured duration could matter to it."""
        if event in _CLOSING:
            return workflow.patched("closing asks for no durations")
        is_steady = event is Event.CUSTOMER_WROTE and self.memory.state in _STEADY
        return is_steady or event in _ABOUT_OFFERS or event in _ABOUT_WAITING

    async def _perform(self, event: Event, before: Memory, effects: tuple[Effect, ...]) -> None:
        self.errands.deliver(*performing.released(before, effects))
        if performing.needs_projection(effects):
            workflow.upsert_search_attributes(search_attributes.changes(self.memory))
            automated = await self.books.project(
                self.memory,
                announced=performing.announcements(effects),
                settled=performing.settled(before, effects),
                offers=performing.settled_offers(effects),
                ended_by=event if performing.ends(effects) else None,
            )
            # What the system says leaves in its turn, whatever state the conversation is in.
            self.errands.deliver(*automated)
        if performing.moves(effects):
            # Only now PostgreSQL knows in which queue it waits, and so for how long.
            await self.books.refresh_timers()
            self._settle_in()
        workflow.set_current_details(current_details(self.memory))

    async def _park(self, message_id: MessageId) -> None:
        await self.books.refresh_timers()
        now, timers = workflow.now(), self.start.timers
        self.memory = parking.park(self.memory, message_id, now=now, timers=timers)
        workflow.set_current_details(current_details(self.memory))

    async def _withdraw(self, message_id: MessageId) -> None:
        self.memory = parking.withdraw(self.memory, message_id)
        settled = {message_id: DeliveryStatus.WITHDRAWN}
        self.errands.deliver(*await self.books.project(self.memory, settled=settled))
