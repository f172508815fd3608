"""Taking a call from an application: the checks that need the world, then the record."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from simulator.courier import Overloaded
from simulator.line.errors import MONTHLY_LIMIT, RATE_LIMIT, UNREACHABLE, LineError
from simulator.line.ids import new_message_id, new_token
from simulator.line.objects import Shown
from simulator.records import Endpoint, Message, Provider
from simulator.simulation import Simulation

QUOTA: Final = "quota"
CALL: Final = "call"


def take(
    sim: Simulation, endpoint: Endpoint, chat: str, shown: list[Shown], *, reply: bool, key: str = ""
) -> list[Message]:
    """Put the messages of one call on record; from here on they are LINE's."""
    if sim.world.find_customer(chat) is None:
        raise LineError(400, UNREACHABLE)
    if not reply and is_used_up(sim, endpoint):
        raise LineError(429, MONTHLY_LIMIT)
    try:
        sim.courier.ensure_room()
    except Overloaded as error:
        raise LineError(429, RATE_LIMIT) from error
    call = {CALL: str(uuid4()), "retry_key": key}
    messages = [_record(endpoint, chat, each, call, sim.clock.now(), reply=reply) for each in shown]
    for message in messages:
        sim.world.save_message(message)
        sim.feed.tell("message", message)
    return messages


def names_of(messages: list[Message]) -> list[dict[str, str]]:
    """What LINE calls them from now on."""
    return [{"id": each.message_id, "quoteToken": each.details["quote_token"]} for each in messages]


def used(sim: Simulation, endpoint: Endpoint) -> int:
    """Pushes of this month; a call counts once, whatever it carried. Replies are free."""
    now = sim.clock.now()
    return len(
        {
            message.details[CALL]
            for message in sim.world.newest_messages()
            if message.business == endpoint.address
            and CALL in message.details
            and message.via == "api"
            and (message.created_at.year, message.created_at.month) == (now.year, now.month)
        }
    )


def limit_of(endpoint: Endpoint) -> int | None:
    quota = endpoint.details.get(QUOTA, "")
    return int(quota) if quota.isdecimal() else None


def is_used_up(sim: Simulation, endpoint: Endpoint) -> bool:
    limit = limit_of(endpoint)
    return limit is not None and used(sim, endpoint) >= limit


def _record(
    endpoint: Endpoint, chat: str, shown: Shown, call: dict[str, str], now: datetime, *, reply: bool
) -> Message:
    return Message(
        message_id=new_message_id(),
        provider=Provider.LINE,
        account_id=endpoint.account_id,
        direction="outbound",
        business=endpoint.address,
        customer=chat,
        status="accepted",
        via="reply" if reply else "api",
        created_at=now,
        updated_at=now,
        details={**call, "quote_token": new_token()},
        **shown.model_dump(),
    )
