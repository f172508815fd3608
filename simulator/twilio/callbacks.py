"""Status callbacks on their way out: late, lost, doubled or shuffled, as the fault plan says."""

from simulator.courier import Errand
from simulator.records import Message, WebhookAttempt
from simulator.simulation import Simulation
from simulator.twilio.webhooks import status_errand


class Callbacks:
    """Reports each status once, in order; unless a fault says otherwise."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    def report(self, message: Message) -> None:
        account = self._sim.world.accounts[message.account_id]
        endpoint = self._sim.world.endpoints[message.business]
        errand = status_errand(account, endpoint, message)
        if errand is None:
            return
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
            courier.send_in_line(errand.message_id, errand, delay=delay)

    async def _when_overtaken(self, errand: Errand) -> None:
        await self._sim.courier.hold(errand.message_id)
        await self._sim.courier.run(errand)

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
