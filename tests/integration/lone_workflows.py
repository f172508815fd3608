"""Conversations without Temporal: the same machine and tables, and a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain import commands
from domain.channels import ChannelName
from domain.conversations import Event, MailKind, Memory, State
from domain.effects import Close
from domain.errors import HoldfastError, Refused
from domain.ids import AgentId, ConversationId, new_id
from domain.ports import CapacityRequest, CloseRequest, Projection
from domain.timers import TimerPolicy
from statemachines import deadlines
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire
from tests.builders import a_memory
from tests.chat_shop import ChatShop
from workflows import performing

MAIL: Final = """
    SELECT position, kind, at FROM mailbox
    WHERE conversation_id = %(conversation_id)s AND position > %(handled)s ORDER BY position
"""
EVENTS: Final = {
    MailKind.CHAT_STARTED: Event.CHAT_STARTED,
    MailKind.CUSTOMER_WROTE: Event.CUSTOMER_WROTE,
    MailKind.CONNECTION_LOST: Event.CONNECTION_LOST,
    MailKind.CUSTOMER_RETURNED: Event.CUSTOMER_RETURNED,
    MailKind.CUSTOMER_ENDED: Event.CUSTOMER_ENDED,
}
TIMERS: Final = TimerPolicy(
    connection_grace=timedelta(seconds=20),
    reconnect_limit=timedelta(minutes=2),
    open_auto_close=timedelta(minutes=20),
    wrap_up_close=timedelta(minutes=15),
    wrap_up_capacity=timedelta(minutes=1),
)


class LoneWorkflow:
    """One chat's, which reads its mail only when it is told to."""

    def __init__(self, desk: ChatShop, conversation_id: ConversationId) -> None:
        self.desk = desk
        self.conversation_id = conversation_id
        self.now = datetime.now(UTC)
        self.memory: Memory = a_memory(
            channel=ChannelName.LIVE_CHAT, service_window=None, window_expires_at=None
        )
        self.handled = 0
        self._revision = 0

    @property
    def is_closed(self) -> bool:
        return self.memory.state is State.CLOSED

    async def read(self) -> list[tuple[Event, Memory, Memory]]:
        """All of its mail; what each item found and left."""
        which = {"conversation_id": self.conversation_id, "handled": self.handled}
        async with self.desk.database.connection() as connection:
            mail = await (await connection.execute(MAIL, which)).fetchall()
        steps = []
        for item in mail:
            self.handled, event = item["position"], EVENTS[MailKind(item["kind"])]
            before = self.memory
            await self._notice(event, wrote_at=item["at"])
            steps.append((event, before, self.memory))
        return steps

    async def obey(self, verb: type[commands.AnyCommand], agent_id: AgentId) -> bool:
        """An agent's order; say whether it was carried out. Capacity is taken first."""
        force = verb is commands.ForceClose
        facts = {"command_id": new_id(), "agent_id": agent_id, "as_supervisor": force}
        command = verb.model_validate(facts)
        try:
            check(self.memory, command, self.now)
            event = event_of(self.memory, command)
            if event is None or is_done_already(self.memory, command):
                return False
            if event is Event.PICKED:
                await self._take_capacity(agent_id)
            await self._happen(event, agent_id=agent_id)
        except HoldfastError:
            return False
        return True

    async def pass_time(self, seconds: int) -> None:
        """Every deadline until then is reached, at its time."""
        until = self.now + timedelta(seconds=seconds)
        while (due := deadlines.earliest(self.memory)) is not None and due[1] <= until:
            self.now = max(due[1], self.now)
            event = deadlines.event_of(self.memory, due[0])
            self.memory = deadlines.without(self.memory, due[0])
            if event is not None:
                await self._notice(event)
        self.now = until

    async def _take_capacity(self, agent_id: AgentId) -> None:
        request = CapacityRequest(conversation_id=self.conversation_id, agent_id=agent_id)
        refusal = await self.desk.shop.parts.capacity.take(request)
        if refusal is not None:
            raise Refused(refusal)

    async def _notice(self, event: Event, **facts: Any) -> None:
        try:
            await self._happen(event, **facts)
        except Refused:
            return

    async def _happen(self, event: Event, **facts: Any) -> None:
        memory, effects = fire(self.memory, event, now=self.now, timers=TIMERS, **facts)
        is_closing = any(isinstance(effect, Close) for effect in effects)
        if is_closing and not await self._close(event):
            self.memory = deadlines.postpone_closing(self.memory, event, self.now)
            return
        self.memory = memory
        if performing.needs_projection(effects):
            await self._project(event if performing.ends(effects) else None)

    async def _close(self, event: Event) -> bool:
        request = CloseRequest(
            conversation_id=self.conversation_id, handled=self.handled, at=self.now, reason=event
        )
        return await self.desk.shop.parts.read_model.close(request)

    async def _project(self, ended_by: Event | None) -> None:
        self._revision += 1
        projection = Projection(
            conversation_id=self.conversation_id,
            revision=self._revision,
            state=self.memory.state,
            at=self.now,
            agent_id=self.memory.agent_id,
            preferred_agent_id=self.memory.preferred_agent_id,
            holds_capacity=self.memory.holds_capacity,
            ended_by=ended_by,
        )
        await self.desk.shop.parts.read_model.project(projection)
