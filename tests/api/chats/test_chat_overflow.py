"""A chat that comes to a closed queue is over at once, and its customer knows why."""

from datetime import UTC, datetime

from domain.ids import new_id
from domain.operating_hours import OperatingHours
from domain.overflow import OutOfHours, Overflow, OverflowAction
from domain.routing_rules import Outcome, Rule, Ruleset, RulesetKind
from storage.operating_hours import OperatingHoursRows
from storage.queues import Queues
from storage.routing_rules import Rulesets
from tests.api.chat_customers import Customer
from tests.chat_shop import ChatShop
from tests.integration.house import a_queue


async def close_up(desk: ChatShop) -> None:
    """Everything goes to a queue that is never open, and ends there."""
    at = datetime.now(UTC)
    stamps = {"created_at": at, "updated_at": at}
    never = OperatingHours(operating_hours_id=new_id(), name="Never", time_zone="UTC", **stamps)
    await OperatingHoursRows(desk.database).create(never)
    overflow = Overflow(out_of_hours=OutOfHours(action=OverflowAction.END))
    change = {"operating_hours_id": never.operating_hours_id, "overflow": overflow}
    queue = await Queues(desk.database).create(a_queue("Billing").model_copy(update=change))
    rules = Ruleset(
        ruleset_id=new_id(),
        workstream_id=desk.shop.workstream.workstream_id,
        kind=RulesetKind.ROUTE_TO_QUEUE,
        rules=(Rule(name="all", outcome=Outcome(queue_id=queue.queue_id)),),
        **stamps,
    )
    await Rulesets(desk.database).create(rules)


async def test_a_chat_that_nobody_can_take_now_is_over_as_soon_as_it_began(
    mia: Customer, desk: ChatShop
) -> None:
    await close_up(desk)

    chat = (await mia.begin())["conversation"]

    assert (chat["can_write"], chat["ended_reason"]) == (False, "no_agent")
    assert chat["queue_position"] is None
