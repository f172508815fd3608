"""A small world for rules: one moment, one customer, and short ways to write rules down."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from domain.channels import ChannelName
from domain.conditions import Condition
from domain.ids import new_id
from domain.operating_hours import OperatingHours, Weekday, WeeklyPeriod
from domain.routing_decisions import Arrival, Decision, Facts
from domain.routing_rules import Rule, Rulebook
from routing.rules import decide

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
FALLBACK, BILLING, SALES = (new_id() for _ in range(3))
ENDPOINT = new_id()
# A Friday, 14:00 in Bucharest.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFICE = OperatingHours(
    operating_hours_id=new_id(),
    name="Office",
    time_zone="Europe/Bucharest",
    weekly=(WeeklyPeriod(days=tuple(Weekday)[:5], opens=time(9), closes=time(17)),),
    created_at=NOON,
    updated_at=NOON,
)
OPEN = str(OFFICE.operating_hours_id)
HOURS = {OFFICE.operating_hours_id: OFFICE}


def an_arrival(conversation_id: UUID | None = None, **override: Any) -> Arrival:
    values: dict[str, Any] = {
        "channel": ChannelName.WHATSAPP,
        "at": NOON,
        "language": "en",
        "endpoint_id": ENDPOINT,
        "phone": "+40 721 000 111",
        "name": "Ana Pop",
        "text": "Hello, I want my MONEY back!\nOrder no. 4711",
        "details": {"entry_point": "PLACESHEET", "resolved_locale": "pt_BR", "total": "12.50"},
    }
    return Arrival(
        conversation_id=conversation_id or new_id(),
        workstream_id=new_id(),
        fallback_queue_id=FALLBACK,
        facts=Facts(**values | override),
    )


def a_rule(name: str, condition: Any = None, **outcome: Any) -> Rule:
    return Rule.model_validate(
        {"name": name, "condition": condition, "outcome": outcome or {"queue_id": BILLING}}
    )


def asks(field: str, operator: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": list(values), **more}


def decided(condition: Any, **facts: Any) -> Decision:
    return decide(Rulebook(routing=(a_rule("it", condition),), hours=HOURS), an_arrival(**facts))


BUCHAREST = {"time_zone": "Europe/Bucharest"}
