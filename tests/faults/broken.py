"""Holdfast with one promise broken on purpose: `python -m tests.faults.broken up BREAK`.

The product has no switches for this. API and worker of that stack are started through this file, which
replaces one method of theirs before it hands over to them.
"""

import asyncio
import runpy
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from activities import delivery
from activities.delivery import DeliveryActivities, DeliveryOutcome
from channels.google_business_messages import BusinessMessagesChannel
from channels.line import LineChannel
from channels.rcs import RcsChannel
from domain.configuration import Credentials
from domain.errors import ChannelError
from domain.ids import MessageId, new_id
from domain.messages import MessageReceived, OutboundMessage, Receipt
from domain.ports import Claim, Settled
from runtime import cli
from runtime.embedded import stack
from runtime.embedded.program import Program
from storage.intake import Intake, IntakeEndpoint, Received
from storage.outbox import Outbox

OURS: Final = ("api", "worker")
MODULE: Final = "tests.faults.broken"


def acknowledges_early() -> None:
    """A webhook is answered a moment before its message is stored."""
    receive, storing = Intake.receive, set[asyncio.Task[None]]()

    async def receive_later(
        self: Intake, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        task = asyncio.create_task(_after(1, receive(self, endpoint, event, window)))
        storing.add(task)
        task.add_done_callback(storing.discard)
        return Received(conversation_id=new_id(), message_id=new_id(), is_new=True)

    Intake.receive = receive_later  # type: ignore[method-assign]


def recognises_nothing() -> None:
    """A message that comes again gets another key, so that nothing holds it back."""
    receive = Intake.receive

    async def receive_again(
        self: Intake, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        key = f"{event.provider_message_id}/{uuid4()}"
        again = event.model_copy(update={"provider_message_id": key})
        return await receive(self, endpoint, again, window)

    Intake.receive = receive_again  # type: ignore[method-assign]


def forgets_doubts() -> None:
    """A send without an answer is simply repeated."""
    claim = Outbox.claim

    async def claim_without_doubt(self: Outbox, message_id: MessageId) -> Claim | Settled:
        claimed = await claim(self, message_id)
        if isinstance(claimed, Settled):
            return claimed
        return claimed.model_copy(update={"doubtful_since": None})

    Outbox.claim = claim_without_doubt  # type: ignore[method-assign]
    delivery.SETTLE = timedelta(seconds=1)  # type: ignore[misc]  # or the test would wait for it


def believes_in_luck() -> None:
    """A send without an answer is taken for a success."""

    async def hope(self: DeliveryActivities, claim: Claim, _error: ChannelError) -> DeliveryOutcome:
        return await self._accept(claim, Receipt(provider_message_id=f"SM{uuid4().hex}"))

    DeliveryActivities._not_accepted = hope  # type: ignore[method-assign, assignment]


def forgets_keys() -> None:
    """Every attempt leaves with another key, so that no provider knows it again."""
    for channel in (LineChannel, RcsChannel, BusinessMessagesChannel):
        _send_with_new_keys(channel)


def _send_with_new_keys(channel: Any) -> None:
    send = channel.send

    async def send_anew(self: Any, message: OutboundMessage, credentials: Credentials) -> Receipt:
        other = message.model_copy(update={"message_id": new_id()})
        receipt: Receipt = await send(self, other, credentials)
        return receipt

    channel.send = send_anew


def takes_tokens_for_keys() -> None:
    """A reply by token whose answer was lost is repeated like a push, at once and without a flag."""
    claim = Outbox.claim

    async def claim_with_key(self: Outbox, message_id: MessageId) -> Claim | Settled:
        claimed = await claim(self, message_id)
        if isinstance(claimed, Settled):
            return claimed
        return claimed.model_copy(update={"without_key": False})

    Outbox.claim = claim_with_key  # type: ignore[method-assign]


BREAKS: Final[dict[str, Callable[[], None]]] = {
    each.__name__: each
    for each in (
        acknowledges_early,
        recognises_nothing,
        forgets_doubts,
        believes_in_luck,
        forgets_keys,
        takes_tokens_for_keys,
    )
}


def command(name: str) -> tuple[str, ...]:
    """What starts a stack with that break."""
    return (sys.executable, "-m", MODULE, "up", name)


def main(what: str, name: str) -> None:
    """`up`: the stack. `api`, `worker`: that process of it."""
    if what == "up":
        _break_programs(name)
        cli.app(["up"])
    BREAKS[name]()
    if what == "worker":
        runpy.run_path(str(stack.ROOT / "worker.py"), run_name="__main__")
    cli.app(["serve"])


def _break_programs(name: str) -> None:
    """Let the stack start our processes through this file."""
    whole_parts = stack.parts

    def broken_parts(*arguments: Any) -> Sequence[stack.Part]:
        return tuple(
            stack.Together(tuple(_broken(each, name) for each in part.programs))
            if isinstance(part, stack.Together)
            else part
            for part in whole_parts(*arguments)
        )

    cli.parts = broken_parts  # type: ignore[attr-defined, assignment]  # the name by which it is called


def _broken(program: Program, name: str) -> Program:
    if program.name not in OURS:
        return program
    return replace(program, command=(sys.executable, "-m", MODULE, program.name, name))


async def _after(seconds: float, work: Coroutine[Any, Any, object]) -> None:
    await asyncio.sleep(seconds)
    await work


if __name__ == "__main__":
    main(*sys.argv[1:])
