"""How the application hears of a customer: at once, late, twice or never, as the fault plan says."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from simulator.records import Message, WebhookAttempt
from simulator.simulation import Simulation
from simulator.utterance import Outcome, Said

Post: TypeAlias = Callable[[], Awaitable[list[WebhookAttempt]]]
"""Sends the webhook, with the provider's own patience; at least one attempt."""


class Telling:
    """Sends the webhook of a customer's message, and writes down what came of it."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    async def tell(self, message: Message, post: Post, *, wait: bool) -> Said:
        """Answers when the webhook was answered, unless it is late, lost, or nobody waits for it."""
        faults = self._sim.faults
        if faults.strikes("lost_inbound"):
            return self._said(message, "lost")
        if faults.strikes("reorder_inbound"):
            self._sim.courier.spawn(self._deliver_late(message, post))
            return self._said(message, "held")
        if not wait or faults.plan.down:
            self._sim.courier.spawn(self._deliver(message, post))
            return self._said(message, "under_way")
        attempts = await self._deliver(message, post)
        return Said(message_id=message.message_id, outcome=outcome_of(attempts[-1]), webhooks=attempts)

    async def _deliver(self, message: Message, post: Post) -> list[WebhookAttempt]:
        attempts = await post()
        self._sim.courier.overtaken(_line_of(message))
        if self._sim.faults.strikes("duplicate_inbound"):
            attempts += await post()
        self._said(message, outcome_of(attempts[-1]))
        return attempts

    async def _deliver_late(self, message: Message, post: Post) -> None:
        await self._sim.courier.hold(_line_of(message))
        await self._deliver(message, post)

    def _said(self, message: Message, outcome: Outcome) -> Said:
        if self._sim.world.find_message(message.message_id) is not None:
            amended = self._sim.world.amend_message(message.message_id, outcome=outcome)
            self._sim.feed.tell("message", amended)
        return Said(message_id=message.message_id, outcome=outcome)


def outcome_of(attempt: WebhookAttempt) -> Outcome:
    if attempt.status_code is None:
        return "unreachable"
    return "answered" if attempt.status_code < 300 else "refused"  # noqa: PLR2004


def _line_of(message: Message) -> str:
    return f"{message.business}|{message.customer}"
