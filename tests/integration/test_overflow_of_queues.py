"""Queues that are closed, full or waited in for too long, on a real PostgreSQL."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.placing import RulePlacing
from domain.configuration import Queue
from domain.conversations import MailKind, State
from domain.errors import StillInUse
from domain.ids import ConversationId, QueueId, new_id
from domain.operating_hours import Holiday, OperatingHours, Weekday, WeeklyPeriod
from domain.overflow import ItemLimit, OutOfHours, Overflow, OverflowAction, WaitingTime
from domain.ports import Projection
from domain.routing_rules import Ruleset, RulesetKind
from domain.timers import QueueOverflow
from domain.views import ConversationView
from storage.agents import Agents
from storage.conversations import Conversations
from storage.database import Database
from storage.entrances import Entrances
from storage.intake import Intake
from storage.mailbox import Mailbox
from storage.operating_hours import OperatingHoursRows
from storage.projections import Projections
from storage.queues import Queues
from storage.routing_decisions import RoutingDecisions
from storage.routing_rules import Rulebooks, Rulesets
from tests.integration.house import DAY, House, a_message, a_queue, an_agent
from tests.rulebook import a_rule

END = OverflowAction.END
TRANSFER = OverflowAction.TRANSFER
FIVE = timedelta(minutes=5)


def closed(**override: Any) -> OperatingHours:
    """Never open."""
    values: dict[str, Any] = {"operating_hours_id": new_id(), "name": "Never", "time_zone": "UTC"}
    at = datetime.now(UTC)
    return OperatingHours(**values | override, created_at=at, updated_at=at)


async def opened_queue(db: Database, name: str, **override: Any) -> Queue:
    return await Queues(db).create(a_queue(name).model_copy(update=override))


async def to_queue(house: House, queue_id: QueueId, **outcome: Any) -> None:
    """One rule sends everything there."""
    at = datetime.now(UTC)
    rules = Ruleset(
        ruleset_id=new_id(),
        workstream_id=house.workstream.workstream_id,
        kind=RulesetKind.ROUTE_TO_QUEUE,
        rules=(a_rule("all", None, queue_id=queue_id, **outcome),),
        created_at=at,
        updated_at=at,
    )
    await Rulesets(house.db).create(rules)


async def comes(house: House, number: int) -> ConversationView:
    """Somebody else writes for the first time."""
    intake = Intake(house.db, RulePlacing(Rulebooks(house.db), Entrances(house.db)))
    message = a_message(f"SM{number}", sender=f"whatsapp:+4915{number}")
    received = await intake.receive(house.front, message, DAY)
    return await Conversations(house.db).get(received.conversation_id)


async def mail(house: House, conversation_id: ConversationId) -> list[MailKind]:
    pending = await Mailbox(house.db).pending(conversation_id)
    return [item.kind for item in pending.items] if pending else []


async def why(house: House, conversation_id: ConversationId) -> Any:
    [told], _ = await RoutingDecisions(house.db).listing(conversation_id, None, 10)
    return told.overflowed


async def overflow_timer(house: House, conversation_id: ConversationId) -> QueueOverflow | None:
    policy = await Conversations(house.db).timer_policy(conversation_id)
    pending = await Mailbox(house.db).pending(conversation_id)
    assert pending is None or pending.timers.queue_overflow == policy.queue_overflow
    return policy.queue_overflow


async def test_a_closed_queue_ends_what_comes_after_the_first_message_was_told(house: House) -> None:
    hours = await OperatingHoursRows(house.db).create(closed())
    queue = await opened_queue(
        house.db,
        "Billing",
        operating_hours_id=hours.operating_hours_id,
        overflow=Overflow(out_of_hours=OutOfHours(action=END)),
    )
    await to_queue(house, queue.queue_id)

    view = await comes(house, 1)

    assert await mail(house, view.conversation_id) == [MailKind.CUSTOMER_WROTE, MailKind.OVERFLOW_ENDED]
    told = await why(house, view.conversation_id)
    assert (told.condition, told.action) == ("out_of_hours", "end")
    # Nobody is asked to take it meanwhile.
    assert view.ended_by == "overflow_ended"


@pytest.mark.parametrize(("is_holiday", "said"), [(False, "We are closed."), (True, "Happy holidays!")])
async def test_a_closed_queue_says_so_and_keeps_it_when_nothing_else_is_wanted(
    house: House, said: str, *, is_holiday: bool
) -> None:
    today = datetime.now(UTC).date()
    days = [Holiday(day=today + timedelta(days=n), name="H") for n in (0, 1)] if is_holiday else []
    whole = WeeklyPeriod(days=tuple(Weekday), opens=time(0), closes=time(0))
    weekly = (whole,) if is_holiday else ()
    hours = await OperatingHoursRows(house.db).create(closed(holidays=tuple(days), weekly=weekly))
    # The fallback queue does not overflow, but has hours like any other.
    change = {"operating_hours_id": hours.operating_hours_id}
    await Queues(house.db).update(house.queue.model_copy(update=change), 1)
    for trigger, text in (("out_of_hours", "We are closed."), ("holiday", "Happy holidays!")):
        await house.db.execute(
            """
            INSERT INTO automated_messages (automated_message_id, trigger, recipient, channel, wording,
                                            enabled, version, created_at, updated_at)
            VALUES (%(id)s, %(trigger)s, 'customer', 'whatsapp',
                    jsonb_build_object('default_language', 'en',
                                       'texts', jsonb_build_object('en', %(text)s::text)),
                    true, 1, now(), now())
            """,
            {"id": new_id(), "trigger": trigger, "text": text},
        )

    view = await comes(house, 1)

    assert await mail(house, view.conversation_id) == [MailKind.CUSTOMER_WROTE, MailKind.SYSTEM_WROTE]
    text = "SELECT content ->> 'text' FROM messages WHERE author = 'system'"
    assert await house.value(text) == said


async def test_a_full_queue_hands_over_to_another_one_that_is_not_asked(house: House) -> None:
    full = Overflow(item_limit=ItemLimit(limit=1, action=END))
    late = await opened_queue(house.db, "Late", overflow=full)
    limit = ItemLimit(limit=2, action=TRANSFER, queue_id=late.queue_id)
    billing = await opened_queue(house.db, "Billing", overflow=Overflow(item_limit=limit))
    await to_queue(house, billing.queue_id)

    names = [(await comes(house, number)).queue_name for number in range(5)]

    assert names == ["Billing", "Billing", "Late", "Late", "Late"]


async def test_a_rule_s_own_word_counts_until_the_conversation_is_elsewhere(house: House) -> None:
    late = await opened_queue(house.db, "Late")
    billing = await opened_queue(
        house.db, "Billing", overflow=Overflow(waiting_time=WaitingTime(after=FIVE, action=END))
    )
    own = WaitingTime(after=2 * FIVE, action=TRANSFER, queue_id=late.queue_id)
    await to_queue(house, billing.queue_id, overflow=Overflow(waiting_time=own))
    view = await comes(house, 1)
    conversation_id = view.conversation_id

    expected = QueueOverflow(after=2 * FIVE, queue_id=late.queue_id, queue_name="Late")
    assert await overflow_timer(house, conversation_id) == expected
    with pytest.raises(StillInUse, match="1 sets of routing rules"):
        await Queues(house.db).delete(late.queue_id)

    await project(house, conversation_id, late.queue_id)
    assert (await Conversations(house.db).get(conversation_id)).queue_name == "Late"
    assert await overflow_timer(house, conversation_id) is None
    await project(house, conversation_id, billing.queue_id, revision=2)
    assert await overflow_timer(house, conversation_id) == QueueOverflow(after=FIVE)


async def project(house: House, conversation_id: UUID, queue_id: UUID, revision: int = 1) -> None:
    at = datetime.now(UTC)
    await Projections(house.db).project(
        Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=State.OPEN,
            at=at,
            queue_id=queue_id,
        )
    )


async def test_inv12_nothing_moves_into_a_queue_that_was_removed_meanwhile(house: House) -> None:
    gone = await opened_queue(house.db, "Gone")
    view = await comes(house, 1)
    await Queues(house.db).delete(gone.queue_id)

    await project(house, view.conversation_id, gone.queue_id)

    assert (await Conversations(house.db).get(view.conversation_id)).queue_name == "Support"


async def test_inv12_a_queue_into_which_others_overflow_is_not_removed(house: House) -> None:
    late = await opened_queue(house.db, "Late")
    limit = ItemLimit(limit=2, action=TRANSFER, queue_id=late.queue_id)
    billing = await opened_queue(house.db, "Billing", overflow=Overflow(item_limit=limit))

    with pytest.raises(StillInUse, match="1 queues that overflow into it"):
        await Queues(house.db).delete(late.queue_id)
    await Queues(house.db).delete(billing.queue_id)
    await Queues(house.db).delete(late.queue_id)


async def test_a_fallback_queue_never_overflows_by_time(house: House) -> None:
    overflow = Overflow(waiting_time=WaitingTime(after=FIVE, action=END))
    await Queues(house.db).update(house.queue.model_copy(update={"overflow": overflow}), 1)
    view = await comes(house, 1)
    assert await overflow_timer(house, view.conversation_id) is None


async def test_what_another_version_wrote_keeps_nobody_out(house: House) -> None:
    billing = await opened_queue(house.db, "Billing")
    await house.db.execute("""UPDATE queues SET overflow = '{"new": 1}' WHERE name = 'Billing'""")
    await to_queue(house, billing.queue_id)
    assert (await comes(house, 1)).queue_name == "Billing"


async def test_all_agents_belong_to_a_default_queue_and_it_stays(house: House) -> None:
    everybody = await opened_queue(house.db, "Everybody", is_default=True)
    carol = await Agents(house.db).create(an_agent("Carol"))

    queue = await Queues(house.db).get(everybody.queue_id)

    assert set(queue.member_ids) == {house.alice.agent_id, house.bob.agent_id, carol.agent_id}
    with pytest.raises(StillInUse, match="default"):
        await Queues(house.db).delete(queue.queue_id)
    # Whoever read it before Carol came does not put her out.
    stale = everybody.model_copy(update={"name": "All"})
    assert carol.agent_id in (await Queues(house.db).update(stale, 1)).member_ids
    no_default = stale.model_copy(update={"is_default": False, "member_ids": ()})
    assert (await Queues(house.db).update(no_default, 2)).member_ids == ()
    await Queues(house.db).delete(queue.queue_id)
