"""One conversation as a Temporal workflow: a mailbox, a loop, a timer, a snapshot."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.failures import as_failure
    from domain.commands import AnyCommand
    from domain.conversations import ConversationStatus, Mail
    from domain.errors import HoldfastError
    from statemachines import deadlines
    from statemachines.commands import check
    from workflows import lateness, policies, updates
    from workflows.alarm import Alarm
    from workflows.process import Process
    from workflows.run import ConversationRun, MailBatch


@dataclass
class Order:
    """A command in the mailbox. Its update waits until the loop has obeyed or refused it."""

    command: AnyCommand
    done: bool = False
    refusal: HoldfastError | None = None


Item: TypeAlias = Mail | Order


@workflow.defn(name="Conversation")
class ConversationWorkflow:
    """Handlers only append to the mailbox; one loop takes items out, one at a time."""

    @workflow.init
    def __init__(self, run: ConversationRun) -> None:
        self._process = Process(run)
        self._inbox: deque[Item] = deque()
        self._received = run.received
        self._obeyed = deque(run.obeyed, maxlen=policies.COMMANDS_REMEMBERED)
        self._alarm = Alarm()

    @workflow.run
    async def run(self, run: ConversationRun) -> None:
        """Until the conversation is closed and everything it began is done."""
        self._process.errands.start()
        if run.memory is None and run.start.known is not None:
            await self._process.take_up(run.start.known)
        while not self._is_finished():
            await self._wait_for_work()
            await self._take_turn()
            if self._is_long_enough():
                await workflow.wait_condition(self._has_answered)
                if not self._inbox:
                    self._continue_as_new()
        self._alarm.cancel()

    # -- what it is told and asked --------------------------------------------------------------

    @workflow.signal
    def receive(self, batch: MailBatch) -> None:
        """Mail arrived. A dispatcher that crashed repeats itself; positions tell what is new."""
        for mail in batch.items:
            if mail.position > self._received:
                self._received = mail.position
                self._inbox.append(mail)

    @workflow.query
    def status(self) -> ConversationStatus:
        """Where the conversation is."""
        memory = self._process.memory
        return ConversationStatus(
            state=memory.state,
            agent_id=memory.agent_id,
            window_expires_at=memory.window_expires_at,
            offer=memory.offer,
            deadlines=memory.deadlines,
            handled=self._process.handled,
            waiting_deliveries=len(self._process.errands.outbox),
            parked=len(memory.parked),
        )

    @workflow.update(dynamic=True)
    async def obey(self, name: str, args: Sequence[RawValue]) -> None:
        """What somebody inside asks: every command is an update of its name."""
        await self._order(updates.read(name, args))

    @obey.validator
    def _admit(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse at the door what the present state forbids: nothing enters the history.

        While the mailbox holds something, the state is about to change; then the loop decides.
        """
        command = updates.read(name, args)
        if self._inbox or str(command.command_id) in self._obeyed:
            return
        try:
            check(self._process.memory, command, workflow.now())
        except HoldfastError as error:
            raise as_failure(error) from error

    async def _order(self, command: AnyCommand) -> None:
        order = Order(command)
        self._inbox.append(order)
        await workflow.wait_condition(lambda: order.done)
        if order.refusal is not None:
            raise as_failure(order.refusal) from order.refusal

    # -- the loop -------------------------------------------------------------------------------

    async def _wait_for_work(self) -> None:
        due = deadlines.earliest(self._process.memory)
        if due is not None:
            self._alarm.arm(due[1], summary=due[0].replace("_", " "))
        await workflow.wait_condition(self._has_work)

    def _has_work(self) -> bool:
        waiting = self._inbox or self._process.errands.learned or self._alarm.rang
        return bool(waiting) or self._is_finished() or self._is_long_enough()

    async def _take_turn(self) -> None:
        """One item of the mailbox, else one finding, else one deadline that is reached."""
        self._alarm.acknowledge()
        if self._inbox:
            await self._take(self._inbox.popleft())
        elif self._process.errands.learned:
            await self._process.notice(self._process.errands.learned.pop(0))
        else:
            await self._look_at_the_clock()

    async def _take(self, item: Item) -> None:
        if isinstance(item, Mail):
            await self._process.read(item)
        else:
            await self._obey(item)

    async def _obey(self, order: Order) -> None:
        command_id = str(order.command.command_id)
        try:
            if command_id not in self._obeyed:
                await self._process.obey(order.command)
                self._obeyed.append(command_id)
        except HoldfastError as error:
            order.refusal = error
        order.done = True

    async def _look_at_the_clock(self) -> None:
        due = deadlines.earliest(self._process.memory)
        if due is not None and due[1] <= workflow.now():
            lateness.observe(*due)
            await self._process.reach(due[0])

    def _is_finished(self) -> bool:
        idle = self._process.is_closed and not self._inbox
        return idle and workflow.all_handlers_finished()

    # -- one run after another ------------------------------------------------------------------

    def _has_answered(self) -> bool:
        """Updates wait for their answers only while something is in the mailbox."""
        return bool(self._inbox) or workflow.all_handlers_finished()

    def _is_long_enough(self) -> bool:
        """Time for a new run: at a quiet moment, or when the history is far too long at any."""
        if self._inbox or self._process.is_closed:
            return False
        info = workflow.info()
        length = info.get_current_history_length()
        is_long = length >= policies.EVENTS_PER_RUN or info.is_continue_as_new_suggested()
        is_quiet = not self._process.errands.are_under_way
        is_due = is_long or info.is_target_worker_deployment_version_changed()
        return (is_due and is_quiet) or length >= policies.EVENTS_PER_RUN_AT_MOST

    def _continue_as_new(self) -> None:
        process = self._process
        snapshot = ConversationRun(
            start=process.start,
            memory=process.memory,
            received=self._received,
            revision=process.books.revision,
            outbox=process.errands.outbox,
            copying=process.errands.copying,
            obeyed=tuple(self._obeyed),
        )
        workflow.continue_as_new(
            snapshot,
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
            if workflow.info().is_target_worker_deployment_version_changed()
            else None,
        )
