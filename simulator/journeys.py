"""Messages on their way to a phone: each is moved by one task, and any journey can be resumed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from simulator.records import Message, Provider
from simulator.simulation import Simulation

# How many messages one delivery brings along, and one look at the chat turns blue.
AT_ONCE: Final = 200
# Says whether the message goes on.
Step: TypeAlias = Callable[[Message], Awaitable[bool]]


class Travelling:
    """Which messages of one provider are under way, and how they are set out again."""

    def __init__(self, sim: Simulation, provider: Provider, under_way: frozenset[str]) -> None:
        self._sim = sim
        self._provider = provider
        self._under_way = under_way
        self._travelling: set[str] = set()

    def start(self, message_id: str) -> None:
        if message_id not in self._travelling:
            self._travelling.add(message_id)
            self._sim.courier.spawn(self._set_out(message_id))

    def resume(self) -> None:
        """Oldest first, so that a phone that comes back receives its messages in order."""
        for message in reversed(list(self._sim.world.newest_messages())):
            is_ours = message.provider is self._provider and message.direction == "outbound"
            if is_ours and message.status in self._under_way:
                self.start(message.message_id)

    async def _set_out(self, message_id: str) -> None:
        try:
            await self._travel(message_id)
        finally:
            self._travelling.discard(message_id)

    async def _travel(self, message_id: str) -> None:
        raise NotImplementedError


class StepByStep(Travelling):
    """A step depends on the status alone: how long the message rests there, and what is done then."""

    def __init__(
        self, sim: Simulation, provider: Provider, steps: Mapping[str, tuple[float, Step]]
    ) -> None:
        super().__init__(sim, provider, frozenset(steps))
        self._steps = steps

    def _sent_up_to(self, message: Message) -> list[Message]:
        """A message takes along those that were sent before it: a phone shows them in order."""
        return [*self._before(message, "sent"), message]

    def _before(self, message: Message, status: str) -> list[Message]:
        thread = self._sim.world.thread(message.business, message.customer, limit=AT_ONCE)
        earlier = (other for other in thread if other.created_at < message.created_at)
        return [other for other in earlier if other.status == status]

    async def _travel(self, message_id: str) -> None:
        while await self._step(message_id):
            await self._sim.faults.until_up()

    async def _step(self, message_id: str) -> bool:
        """One step. False: this message rests, for good or until something happens."""
        before = self._sim.world.find_message(message_id)
        if before is None or before.status not in self._steps:
            return False
        delay, take = self._steps[before.status]
        await self._sim.clock.sleep(delay)
        message = self._sim.world.find_message(message_id)
        if message is None or message.status != before.status:
            return message is not None  # taken back, or the customer was quicker
        return await take(message)
