"""Rules on a real PostgreSQL: a webhook goes to the queue of its rule, and the reason is kept."""

from typing import Any
from uuid import UUID

import pytest

from application.configuration.audit import AuditTrail
from application.configuration.routing_rules import NewRuleset, RoutingConfiguration, RulesetChange
from application.placing import KEPT_FOR, RulePlacing
from channels.webhooks import WebhookRequest
from domain.configuration import Caller, Scope
from domain.context_variables import ContextVariable
from domain.ids import ConversationId
from domain.messages import Sender
from domain.routing_decisions import Decision, KeptDecision
from domain.routing_rules import Outcome, Rule, RulesetKind
from domain.views import ConversationView, Order
from storage.audit import AuditLog
from storage.conversations import Conversations
from storage.database import Database
from storage.entrances import Entrances
from storage.intake import Intake
from storage.operating_hours import OperatingHoursRows
from storage.queues import Queues
from storage.routing_decisions import RoutingDecisions
from storage.routing_rules import Rulebooks
from storage.skills import Skills
from storage.visibility import Viewer
from storage.workstreams import Workstreams
from tests.integration.house import DAY, House, a_message, a_queue, a_skill
from tests.rulebook import OFFICE, a_rule, asks
from tests.shop import Shop, a_webhook, caller_of
from tests.shop import a_message as from_alice

ADMIN = Caller(name="test", scopes=frozenset(Scope))
VIP = "whatsapp:+4915199999"


def rules_of(database: Database) -> RoutingConfiguration:
    return RoutingConfiguration(trail=AuditTrail(AuditLog(database)), database=database)


def front_of(house: House) -> tuple[Intake, RulePlacing]:
    placing = RulePlacing(Rulebooks(house.db), Entrances(house.db))
    return Intake(house.db, placing), placing


async def write(database: Database, workstream_id: UUID, kind: RulesetKind, *rules: Rule) -> UUID:
    draft = NewRuleset(workstream_id=workstream_id, kind=kind, rules=rules)
    return (await rules_of(database).create(ADMIN, draft)).ruleset_id


async def opened(house: House, intake: Intake, sid: str, **message: Any) -> ConversationView:
    received = await intake.receive(house.front, a_message(sid, **message), DAY)
    return await Conversations(house.db).get(received.conversation_id)


async def reason(database: Database, conversation_id: ConversationId) -> KeptDecision:
    [decision], _ = await RoutingDecisions(database).listing(conversation_id, None, 10)
    return decision


async def receive(shop: Shop, request: WebhookRequest) -> None:
    engine = shop.parts.engine
    await engine.intake.receive(shop.account.account_id, engine.channels[shop.account.channel], request)


async def test_a_webhook_goes_to_the_queue_of_its_rule_and_agents_see_why(shop: Shop) -> None:
    billing = await Queues(shop.database).create(a_queue("Billing", shop.ann.agent_id))
    await Skills(shop.database).create(a_skill("Billing"))
    workstream_id = shop.workstream.workstream_id
    refund = a_rule(
        "refund",
        asks("message.text", "has_word", "refund"),
        attributes={"topic": "refund"},
        priority=7,
        language="ro",
        skills=[{"name": "Billing", "level": 3}],
    )
    by_topic = a_rule("billing", asks("attributes.topic", "is", "refund"), queue_id=billing.queue_id)
    await write(shop.database, workstream_id, RulesetKind.CLASSIFICATION, refund)
    await write(shop.database, workstream_id, RulesetKind.ROUTE_TO_QUEUE, by_topic)

    await receive(shop, a_webhook(from_alice(1, "My secret refund, please")))

    [view] = await shop.running()
    assert (view.queue_name, view.priority, view.language) == ("Billing", 7, "ro")
    assert view.attributes == {"topic": "refund"}
    assert [skill.model_dump() for skill in view.required_skills] == [{"name": "Billing", "level": 3}]
    [told], _ = await shop.parts.engine.reasons.listing(
        caller_of(shop.ann), view.conversation_id, None, 10
    )
    assert (told.queue_name, told.by) == ("Billing", "rule")
    assert [each.rule for each in told.considered] == ["refund", "billing"]
    kept = await shop.database.one("SELECT explanation::text AS told FROM routing_decisions")
    assert kept is not None
    assert "secret" not in kept["told"]


async def test_without_rules_the_fallback_queue_takes_it_and_that_is_told(shop: Shop) -> None:
    await receive(shop, a_webhook(from_alice(1)))

    [view] = await shop.running()
    assert view.queue_id == shop.queue.queue_id
    told = await reason(shop.database, view.conversation_id)
    assert (told.by, told.considered) == ("fallback", ())


async def test_a_changed_rule_holds_for_the_next_conversation_within_seconds(house: House) -> None:
    billing = await Queues(house.db).create(a_queue("Billing"))
    intake, placing = front_of(house)
    moment = [0.0]
    placing.shelf.clock = lambda: moment[0]
    workstream_id = house.workstream.workstream_id
    ruleset = await write(house.db, workstream_id, RulesetKind.ROUTE_TO_QUEUE)
    before = await opened(house, intake, "SM1", sender="whatsapp:+1")
    change = RulesetChange(rules=(a_rule("all", None, queue_id=billing.queue_id),))
    await rules_of(house.db).update(ADMIN, ruleset, change, 1)

    at_once = await opened(house, intake, "SM2", sender="whatsapp:+2")
    moment[0] += KEPT_FOR.total_seconds()
    later = await opened(house, intake, "SM3", sender="whatsapp:+3")
    running = await opened(house, intake, "SM4", sender="whatsapp:+1")

    names = [each.queue_name for each in (before, at_once, later, running)]
    assert names == ["Support", "Support", "Billing", "Support"]


async def test_rules_are_read_once_for_many_conversations_and_never_for_other_messages(
    house: House,
) -> None:
    class Counting(Rulebooks):
        read_so_far = 0

        async def read(self, workstream_id: UUID) -> Any:
            self.read_so_far += 1
            return await super().read(workstream_id)

    books = Counting(house.db)
    intake = Intake(house.db, RulePlacing(books, Entrances(house.db)))

    for n in range(5):
        await opened(house, intake, f"SM{n}", sender=f"whatsapp:+{n}")
        await opened(house, intake, f"SM{n}-2", sender=f"whatsapp:+{n}")

    assert books.read_so_far == 1
    assert await house.value("SELECT count(*) FROM routing_decisions") == 5


async def test_a_rule_that_fails_leads_to_the_fallback_queue_and_is_seen(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    billing = await Queues(house.db).create(a_queue("Billing"))
    intake, _ = front_of(house)
    await write(
        house.db,
        house.workstream.workstream_id,
        RulesetKind.ROUTE_TO_QUEUE,
        a_rule("big", asks("details.total", "greater_than", "100"), queue_id=billing.queue_id),
        a_rule("rest", None, queue_id=billing.queue_id),
    )

    view = await opened(house, intake, "SM1", details={"total": "a lot"})

    told = await reason(house.db, view.conversation_id)
    assert (view.queue_name, told.by) == ("Support", "fallback")
    assert "“big” failed" in told.why
    logged = capsys.readouterr()
    assert "a routing rule failed" in logged.out + logged.err
    assert "a lot" not in logged.out + logged.err


async def test_rules_of_another_version_lead_to_the_fallback_queue_and_are_seen(house: House) -> None:
    workstream_id = house.workstream.workstream_id
    await write(house.db, workstream_id, RulesetKind.ROUTE_TO_QUEUE)
    await house.db.execute("""UPDATE routing_rulesets SET rules = '[{"name": "x", "new": 1}]'""")
    intake, _ = front_of(house)

    view = await opened(house, intake, "SM1")

    told = await reason(house.db, view.conversation_id)
    assert (view.queue_name, told.failed) == ("Support", True)


async def test_hours_that_cannot_be_read_fail_the_rule_that_asks_and_no_message(house: House) -> None:
    hours = await OperatingHoursRows(house.db).create(OFFICE)
    asking = a_rule("hours", asks("time.operating_hours", "is_open", str(hours.operating_hours_id)))
    rule = asking.model_copy(update={"outcome": Outcome(queue_id=house.queue.queue_id)})
    await write(house.db, house.workstream.workstream_id, RulesetKind.ROUTE_TO_QUEUE, rule)
    await house.db.execute("UPDATE operating_hours SET time_zone = 'Atlantis/Capital'")
    intake, _ = front_of(house)

    view = await opened(house, intake, "SM1")

    assert (await reason(house.db, view.conversation_id)).failed


async def test_a_queue_that_was_removed_a_moment_ago_is_replaced_by_the_fallback_queue(
    house: House,
) -> None:
    billing = await Queues(house.db).create(a_queue("Billing"))
    intake, _ = front_of(house)
    rule = a_rule("all", None, queue_id=billing.queue_id)
    workstream_id = house.workstream.workstream_id
    ruleset = await write(house.db, workstream_id, RulesetKind.ROUTE_TO_QUEUE, rule)
    await opened(house, intake, "SM1", sender="whatsapp:+1")  # the rules are read, and kept
    await house.db.execute("UPDATE conversations SET state = 'closed', closed_at = now()")
    await rules_of(house.db).delete(ADMIN, ruleset, 1)
    await Queues(house.db).delete(billing.queue_id)

    view = await opened(house, intake, "SM2", sender="whatsapp:+2")

    told = await reason(house.db, view.conversation_id)
    assert (view.queue_name, told.by, told.queue_name) == ("Support", "fallback", "Support")
    assert "removed a moment ago" in told.why


async def test_a_rule_knows_a_returning_customer_by_what_we_know_of_them(house: House) -> None:
    vip = await Queues(house.db).create(a_queue("VIP"))
    intake, _ = front_of(house)
    await write(
        house.db,
        house.workstream.workstream_id,
        RulesetKind.ROUTE_TO_QUEUE,
        a_rule("by name", asks("customer.name", "is", "Vera Ionescu"), queue_id=vip.queue_id),
    )
    first = await opened(house, intake, "SM1", sender=VIP)
    await house.db.execute("UPDATE contacts SET display_name = 'Vera Ionescu'")
    await house.db.execute("UPDATE conversations SET state = 'closed', closed_at = now()")

    second = await opened(house, intake, "SM2", sender=Sender(address=VIP))

    assert (first.queue_name, second.queue_name) == ("Support", "VIP")


async def test_a_placer_gets_the_words_of_the_first_message_and_nobody_keeps_them(
    house: House,
) -> None:
    class Listening(RulePlacing):
        heard = ""

        async def place(self, arrival: Any) -> Decision:
            self.heard = arrival.facts.text
            assert arrival.facts.text not in repr(arrival)
            return await super().place(arrival)

    placing = Listening(Rulebooks(house.db), Entrances(house.db))
    view = await opened(house, Intake(house.db, placing), "SM1")

    assert placing.heard == "text of SM1"
    told = await reason(house.db, view.conversation_id)
    assert "text of" not in told.model_dump_json()


async def test_the_most_urgent_come_first_then_who_has_waited_longest(house: House) -> None:
    intake, _ = front_of(house)
    urgent = a_rule("urgent", asks("message.text", "contains", "fire"), priority=1)
    workstream_id = house.workstream.workstream_id
    await write(house.db, workstream_id, RulesetKind.CLASSIFICATION, urgent)
    for n, text in enumerate(("hello", "fire", "hi", "fire!")):
        content = {"kind": "text", "text": text}
        await opened(house, intake, text, sender=f"whatsapp:+{n}", content=content)

    order: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page, cursor = await Conversations(house.db).listing(
            Viewer(sees_all=True), order=Order.URGENCY, cursor=cursor, limit=1
        )
        order += [view.contact.address for view in page]

    assert order == [f"whatsapp:+{n}" for n in (1, 3, 0, 2)]
    assert cursor is None


async def test_what_is_told_as_a_number_and_is_none_lets_no_rule_fail(house: House) -> None:
    declared = (ContextVariable(name="total", kind="number"),)
    workstream = house.workstream.model_copy(update={"context_variables": declared})
    await Workstreams(house.db).update(workstream, 1)
    large = a_rule("large", asks("details.total", "greater_than", "100"), priority=1)
    await write(house.db, workstream.workstream_id, RulesetKind.CLASSIFICATION, large)
    intake, _ = front_of(house)

    odd = await opened(house, intake, "SM1", sender="whatsapp:+1", details={"total": "many"})
    rich = await opened(house, intake, "SM2", sender="whatsapp:+2", details={"total": "101"})

    assert [each.result for each in (await reason(house.db, odd.conversation_id)).considered] == [
        "not_matched"
    ]
    assert rich.priority == 1
