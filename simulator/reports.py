"""What became of a message, on its way to the application: late, lost, doubled or shuffled."""

from collections.abc import Callable
from typing import TypeAlias

from simulator.courier import Errand
from simulator.records import WebhookAttempt
from simulator.simulation import Simulation

Tried: TypeAlias = Callable[[Errand, list[WebhookAttempt]], None]
"""Told of the attempts: some providers try again later."""


class Reports:
    """Sends each report once, in order; unless a fault says otherwise."""

    def __init__(self, sim: Simulation, tried: Tried = lambda _errand, _attempts: None) -> None:
        self._sim = sim
        self._tried = tried

    def send(self, errand: Errand) -> None:
        copies = 2 if self._sim.faults.strikes("duplicate_callbacks") else 1
        for _ in range(copies):
            self._post(errand)

    def _post(self, errand: Errand) -> None:
        courier, faults = self._sim.courier, self._sim.faults
        if faults.strikes("lost_callbacks"):
            self._record_loss(errand)
        elif faults.strikes("shuffle_callbacks"):
            courier.spawn(self._when_overtaken(errand))
        else:
            delay = faults.plan.callback_delay_seconds
            task = courier.send_in_line(errand.message_id, errand, delay=delay)
            task.add_done_callback(
                lambda done: None if done.cancelled() else self._tried(errand, done.result())
            )

    async def _when_overtaken(self, errand: Errand) -> None:
        await self._sim.courier.hold(errand.message_id)
        self._tried(errand, await self._sim.courier.run(errand))

    def _record_loss(self, errand: Errand) -> None:
        world = self._sim.world
        world.record_attempt(
            WebhookAttempt(
                position=world.next_position(),
                purpose=errand.purpose,
                message_id=errand.message_id,
                status=errand.status,
                url=errand.url,
                attempt=0,
                started_at=self._sim.clock.now(),
                error="lost by the fault plan",
            )
        )
