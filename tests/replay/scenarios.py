"""The conversations whose histories are kept, to be replayed by every later version."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from domain import commands
from domain.channels import ChannelName
from domain.conversations import MailKind, State
from domain.effects import Trigger
from domain.errors import MediaUnavailable, OutcomeUnknown, ProviderUnavailable
from domain.offers import OfferPurpose
from domain.timers import TimerPolicy
from tests.builders import ALICE, BOB
from tests.workflows.story import Story


async def answered(story: Story) -> None:
    """Picked, answered, ended, closed."""
    await story.customer_writes(times=2)
    await story.order(commands.Pick)
    await story.order(commands.Send)
    await story.customer_writes()
    await story.order(commands.Send)
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()


async def template_only(story: Story) -> None:
    """The window closes; a template, a parked reply, the customer's answer."""
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    await story.template()
    await story.order(commands.Park)
    await story.customer_writes()
    await story.until_state(State.ACTIVE)
    await story.until(lambda: len(story.world.provider.sent) == 2, "both left")
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()


async def parked_in_vain(story: Story) -> None:
    """One parked reply is withdrawn, one expires."""
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    withdrawn = await story.order(commands.Park)
    await story.order(commands.Withdraw, message_id=withdrawn)
    await story.order(commands.Park)
    await story.pass_time(days=8)
    await story.until(lambda: len(story.world.read_model.settled) == 2, "both are settled")
    await story.order(commands.End)
    await story.pass_time(days=2)
    await story.handle.result()


async def waiting(story: Story) -> None:
    """Left without ending, revived, left again, woken by the customer, released, forgotten."""
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.CloseSession)
    await story.order(commands.Pick)
    await story.order(commands.CloseSession)
    await story.customer_writes()
    await story.until_state(State.OPEN)
    await story.order(commands.Pick)
    await story.order(commands.Release)
    await story.pass_time(days=31)
    await story.handle.result()


async def troubles(story: Story) -> None:
    """A provider that is down, an answer that is lost, a file that comes late, mail that races."""
    story.world.copier.errors.append(MediaUnavailable("not yet"))
    await story.customer_writes(has_media=True)
    await story.order(commands.Pick)
    story.world.outbox.now = await story.now() - timedelta(minutes=1)
    story.world.provider.errors.extend([ProviderUnavailable("down"), OutcomeUnknown("no answer")])
    await story.order(commands.Send)
    await story.until(lambda: not story.world.provider.errors, "it was tried twice")
    await story.pass_time(minutes=2)
    await story.until(lambda: bool(story.world.provider.sent), "it left")
    await story.order(commands.End)
    on_its_way = story._next_mail(await story.now())
    await story.order(commands.CloseSession)
    await story.conversations.deliver(story.start, [on_its_way])
    await story.until_state(State.OPEN)
    await story.pass_time(days=31)
    await story.handle.result()


async def automated(story: Story) -> None:
    """Greeted by mail, told at an assignment and at the end, once outside the window."""
    await story.customer_writes()
    await story.system_writes()
    story.says(Trigger.AGENT_ASSIGNED)
    await story.order(commands.Pick)
    await story.order(commands.Send)
    await story.until(lambda: len(story.world.provider.sent) == 3, "all left")
    await story.pass_time(hours=25)
    story.says(Trigger.CONVERSATION_ENDED)
    await story.order(commands.End)
    story.says(Trigger.CONVERSATION_CLOSED)
    await story.order(commands.CloseSession)
    await story.handle.result()


async def live_chat(story: Story) -> None:
    """Begun without a word; lost in the queue, in an agent's hands, for long; ended by its customer."""
    story.world.read_model.timers = story.start.timers
    await story.provider_reports(MailKind.CHAT_STARTED, story.start.opened_at)
    await story.customer_writes()
    await story.customer_connects(MailKind.CONNECTION_LOST, MailKind.CUSTOMER_RETURNED)
    await story.order(commands.Pick)
    await story.customer_connects(MailKind.CONNECTION_LOST)
    await story.order(commands.Send)
    await story.pass_time(seconds=30)
    await story.until_state(State.RECONNECT_WINDOW)
    await story.customer_connects(MailKind.CUSTOMER_RETURNED, MailKind.CONNECTION_LOST)
    await story.order(commands.CloseSession)
    await story.customer_writes()
    await story.until_state(State.OPEN)
    await story.order(commands.Pick)
    await story.customer_connects(MailKind.CUSTOMER_ENDED)
    await story.pass_time(minutes=16)
    await story.handle.result()


async def offered(story: Story) -> None:
    """Declined, missed, accepted, handed over, released, picked, offered too late, assigned unasked."""
    await story.customer_writes()
    declined = await story.offered(BOB)
    await story.order(commands.Decline, offer_id=declined.offer_id, agent_id=BOB)
    missed = await story.offered(BOB)
    await story.until_handled(story.position)
    await story.pass_time(minutes=3)
    await story.until(lambda: missed.offer_id in story.world.read_model.offers, "it ran out")
    accepted = await story.offered(BOB)
    await story.order(commands.Accept, offer_id=accepted.offer_id, agent_id=BOB)
    transfer = await story.offered(ALICE, purpose=OfferPurpose.TRANSFER)
    await story.order(commands.Accept, offer_id=transfer.offer_id)
    await story.order(commands.Release)
    await story.order(commands.Pick)
    await story.offered(BOB)
    await story.order(commands.Release)
    await story.offered(BOB, accepted=True)
    await story.until_handled(story.position)
    await story.order(commands.End, agent_id=BOB)
    await story.order(commands.CloseSession, agent_id=BOB)
    await story.handle.result()


STARTS: Final[dict[str, dict[str, Any]]] = {
    "live_chat": {
        "channel": ChannelName.LIVE_CHAT,
        "service_window": None,
        "timers": TimerPolicy.for_live_chat().model_copy(
            update={
                "connection_grace": timedelta(seconds=20),
                "reconnect_limit": timedelta(minutes=2),
            }
        ),
    }
}
"""How a conversation begins that is not one of WhatsApp."""

SCENARIOS: Final[dict[str, Callable[[Story], Awaitable[None]]]] = {
    scenario.__name__: scenario
    for scenario in (
        answered,
        template_only,
        parked_in_vain,
        waiting,
        troubles,
        automated,
        live_chat,
        offered,
    )
}
