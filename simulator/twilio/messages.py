"""Twilio's Messages API (https://www.twilio.com/docs/messaging/api/message-resource)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from simulator.hangup import HangUp
from simulator.records import Account, Message, Provider
from simulator.simulation import SimulationOf
from simulator.twilio.auth import AddressedAccount, FormOf, misbehave
from simulator.twilio.errors import TwilioError
from simulator.twilio.requests import read_send_request
from simulator.twilio.resources import (
    account_resource,
    message_resource,
    page_of_messages,
    parties_of,
)
from simulator.twilio.stand_in import TwilioStandIn
from simulator.twilio.taking import take

ACCOUNT: Final = "/2010-04-01/Accounts/{account_sid}"
DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 1000
router = APIRouter(dependencies=[Depends(misbehave)])


@router.get(ACCOUNT + ".json")
async def fetch_account(account: AddressedAccount) -> dict[str, Any]:
    return account_resource(account)


@router.post(ACCOUNT + "/Messages.json", status_code=201)
async def create_message(
    account: AddressedAccount, form: FormOf, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    message = take(sim, account, read_send_request(form))
    stand_in: TwilioStandIn = request.app.state.stand_ins[Provider.TWILIO]
    if sim.faults.strikes("early_callbacks"):
        await stand_in.journeys.rush(message)
    stand_in.journeys.start(message.message_id)
    if sim.faults.strikes("answer_lost"):
        raise HangUp
    if sim.faults.strikes("taken_with_error"):
        raise TwilioError(20500)
    return message_resource(message)


@router.get(ACCOUNT + "/Messages.json")
async def list_messages(
    account: AddressedAccount, request: Request, sim: SimulationOf
) -> dict[str, Any]:
    query = dict(request.query_params)
    size = min(max(_number(query, "PageSize", DEFAULT_PAGE), 1), LARGEST_PAGE)
    found = list(islice(_matching(sim.world.newest_messages(), account, query), size + 1))
    return page_of_messages(
        request.url.path,
        query,
        found[:size],
        size=size,
        page=_number(query, "Page", 0),
        has_more=len(found) > size,
    )


@router.get(ACCOUNT + "/Messages/{message_sid}.json")
async def fetch_message(
    account: AddressedAccount, message_sid: str, sim: SimulationOf
) -> dict[str, Any]:
    return message_resource(message_of(sim, account, message_sid))


@router.post(ACCOUNT + "/Messages/{message_sid}.json")
async def redact_message(
    account: AddressedAccount, message_sid: str, form: FormOf, sim: SimulationOf
) -> dict[str, Any]:
    """Only redaction: there are no scheduled messages to cancel here."""
    message = message_of(sim, account, message_sid)
    if dict(form).get("Body") != "":
        raise TwilioError(20001, "Only an empty Body can be set on a message.")
    return message_resource(sim.world.amend_message(message.message_id, text=""))


@router.delete(ACCOUNT + "/Messages/{message_sid}.json", status_code=204)
async def delete_message(account: AddressedAccount, message_sid: str, sim: SimulationOf) -> Response:
    sim.world.drop_message(message_of(sim, account, message_sid).message_id)
    return Response(status_code=204)


def message_of(sim: SimulationOf, account: Account, message_sid: str) -> Message:
    message = sim.world.find_message(message_sid)
    if message is None or message.account_id != account.account_id or message.direction == "notice":
        raise TwilioError(20404)
    return message


def _matching(
    newest_first: Iterator[Message], account: Account, query: dict[str, str]
) -> Iterator[Message]:
    """Newest first, from behind the page token on."""
    first_sent, last_sent = _sent_range(query)
    seen_token = "PageToken" not in query
    for message in newest_first:
        wanted = _is_wanted(message, account, query) and _is_between(message, first_sent, last_sent)
        if wanted and seen_token:
            yield message
        seen_token = seen_token or query["PageToken"] == f"PA{message.message_id}"


def _is_wanted(message: Message, account: Account, query: dict[str, str]) -> bool:
    sender, recipient = parties_of(message)
    return (
        message.direction != "notice"
        and message.account_id == account.account_id
        and query.get("To", recipient) == recipient
        and query.get("From", sender) == sender
    )


def _is_between(message: Message, first: datetime | None, last: datetime | None) -> bool:
    """A message that was not sent yet has no DateSent and matches no filter on it."""
    if first is None and last is None:
        return True
    sent_at = message.sent_at
    return sent_at is not None and (
        (first is None or sent_at >= first) and (last is None or sent_at <= last)
    )


def _sent_range(query: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """`DateSent>` and `DateSent<` include their bound; a date without a time means the whole day."""
    first = last = None
    if (text := query.get("DateSent")) is not None:
        first, last = _bounds(text)
    if (text := query.get("DateSent>")) is not None:
        first = _bounds(text)[0]
    if (text := query.get("DateSent<")) is not None:
        last = _bounds(text)[1]
    return first, last


def _bounds(text: str) -> tuple[datetime, datetime]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _second(text)
    midnight = datetime.combine(day, time(), UTC)
    return midnight, midnight + timedelta(days=1, microseconds=-1)


def _second(text: str) -> tuple[datetime, datetime]:
    """A time stands for its whole second: that is all the API ever shows of one."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise TwilioError(20001, f"DateSent {text} is neither a date nor a time.") from error
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).replace(microsecond=0)
    return at, at + timedelta(seconds=1, microseconds=-1)


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() else default
