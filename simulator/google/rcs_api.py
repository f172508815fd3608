"""The API of RCS for Business (phones, what they can show, and messages to them)."""

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from simulator.courier import Overloaded
from simulator.google.auth import RcsCaller, answer_badly, misbehave
from simulator.google.content import (
    TEXT_LIMIT,
    ContentInfo,
    JsonBody,
    Part,
    RichCard,
    Shown,
    Suggestion,
    actions_of,
    card_shown,
    read,
    require_one,
)
from simulator.google.errors import GoogleError
from simulator.google.expiry import EXPIRES_AT
from simulator.google.rcs import PHONE, RcsStandIn
from simulator.google.times import rfc3339
from simulator.records import Account, Customer, Endpoint, Message, Provider
from simulator.simulation import Simulation, SimulationOf

FEATURES: Final = (
    "RICHCARD_STANDALONE",
    "RICHCARD_CAROUSEL",
    "ACTION_DIAL",
    "ACTION_OPEN_URL",
    "ACTION_SHARE_LOCATION",
    "ACTION_VIEW_LOCATION",
    "ACTION_CREATE_CALENDAR_EVENT",
)
_TRAFFIC: Final = r"^(AUTHENTICATION|TRANSACTION|PROMOTION|SERVICEREQUEST|ACKNOWLEDGEMENT)$"
_BATCH: Final = (500, 10_000)
_LONGEST_TTL: Final = timedelta(days=15)
_FILE: Final = "files/"
router = APIRouter(dependencies=[Depends(misbehave)])


class Uploaded(Part):
    """A file by the name it got when it was uploaded."""

    file_name: str = Field(alias="fileName")
    thumbnail_name: str | None = Field(default=None, alias="thumbnailName")


class Content(Part):
    """What is said."""

    text: str = Field(default="", max_length=TEXT_LIMIT)
    info: ContentInfo | None = Field(default=None, alias="contentInfo")
    file_name: str = Field(default="", alias="fileName")
    uploaded: Uploaded | None = Field(default=None, alias="uploadedRbmFile")
    card: RichCard | None = Field(default=None, alias="richCard")
    suggestions: tuple[Suggestion, ...] = Field(default=(), max_length=11)

    def shown(self) -> Shown:
        file_name = self.file_name or (self.uploaded.file_name if self.uploaded else "")
        require_one(text=self.text, contentInfo=self.info, file=file_name, richCard=self.card)
        actions = actions_of(self.suggestions)
        if self.card is not None:
            return card_shown(self.card, self.suggestions)
        if self.info is not None:
            return Shown(kind="file", urls=(self.info.file_url,), actions=actions)
        kind, uploaded = ("file", file_name) if file_name else ("text", None)
        return Shown(kind=kind, text=self.text, uploaded=uploaded, actions=actions)


class SendRequest(Part):
    """The body of a message."""

    content: Content = Field(alias="contentMessage")
    traffic: str = Field(alias="messageTrafficType", pattern=_TRAFFIC)
    ttl: str = Field(default="", pattern=r"^(\d{1,7}(\.\d{1,9})?s)?$")


@router.get("/v1/phones/{phone}/capabilities")
async def capabilities(
    phone: str, account: RcsCaller, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    _agent(sim, account, request)
    if not request.query_params.get("requestId"):
        raise GoogleError("INVALID_ARGUMENT", "requestId is needed.")
    return {"features": list(_features(_reachable(sim, phone)))}


@router.post("/v1/users:batchGet")
async def batch_get(
    account: RcsCaller, body: JsonBody, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    _agent(sim, account, request, str(body.get("agentId", "")))
    users = body.get("users")
    if not isinstance(users, list) or not _BATCH[0] <= len(users) <= _BATCH[1]:
        raise GoogleError("INVALID_ARGUMENT", "users: from 500 to 10,000 numbers are needed.")
    known = {user: sim.world.find_customer(user) for user in users if isinstance(user, str)}
    reachable = [user for user, customer in known.items() if _is_reachable(customer)]
    return {
        "reachableUsers": reachable,
        "totalRandomSampleUserCount": 0,
        "reachableRandomSampleUserCount": 0,
    }


@router.post("/v1/phones/{phone}/agentMessages")
async def create_message(
    phone: str, account: RcsCaller, body: JsonBody, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    """A repeated id is ignored: the first message is the one that counts."""
    asked, endpoint = read(SendRequest, body), _agent(sim, account, request)
    customer = _reachable(sim, phone)
    message_id = request.query_params.get("messageId", "")
    if not message_id:
        raise GoogleError("INVALID_ARGUMENT", "messageId is needed.")
    message = sim.world.find_message(message_id)
    if message is None:
        message = _take(sim, endpoint, customer, asked, message_id)
        stand_in: RcsStandIn = request.app.state.stand_ins[Provider.RCS]
        if sim.faults.strikes("early_callbacks"):
            await stand_in.journeys.rush(message)
        stand_in.journeys.start(message_id)
        stand_in.expiry.watch(message)
    answer_badly(sim)
    return {
        "name": f"phones/{phone}/agentMessages/{message_id}",
        "sendTime": rfc3339(message.created_at),
        "contentMessage": body["contentMessage"],
    }


@router.delete("/v1/phones/{phone}/agentMessages/{message_id}")
async def revoke_message(
    phone: str, message_id: str, account: RcsCaller, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    """Taken back, unless it was delivered. Without a report: whoever asks knows."""
    endpoint = _agent(sim, account, request)
    message = sim.world.find_message(message_id)
    if message is None or (message.business, message.customer) != (endpoint.address, phone):
        raise GoogleError("NOT_FOUND", "Requested entity was not found.")
    if message.status in {"queued", "sent"}:
        withdrawn = sim.world.amend_message(message_id, status="withdrawn")
        sim.feed.tell("message", withdrawn)
    return {}


@router.post("/v1/phones/{phone}/agentEvents")
async def create_event(
    phone: str, account: RcsCaller, body: JsonBody, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    endpoint, customer = _agent(sim, account, request), _reachable(sim, phone)
    event_id = request.query_params.get("eventId", "")
    if not event_id or body.get("eventType") not in {"READ", "IS_TYPING"}:
        raise GoogleError("INVALID_ARGUMENT", "eventId and an eventType are needed.")
    if body["eventType"] == "IS_TYPING":
        sim.feed.tell("typing", business=endpoint.address, customer=customer.address)
    elif (message := sim.world.find_message(str(body.get("messageId")))) is not None:
        sim.feed.tell("message", sim.world.amend_message(message.message_id, seen=True))
    return {"name": f"phones/{phone}/agentEvents/{event_id}", **body}


def _agent(sim: Simulation, account: Account, request: Request, named: str | None = None) -> Endpoint:
    agent = named or request.query_params.get("agentId", "")
    endpoint = sim.world.endpoints.get(agent.removesuffix("@rbm.goog"))
    if endpoint is None or endpoint.account_id != account.account_id:
        raise GoogleError("PERMISSION_DENIED", "The caller does not have permission for this agent.")
    return endpoint


def _reachable(sim: Simulation, phone: str) -> Customer:
    if not PHONE.fullmatch(phone):
        raise GoogleError("INVALID_ARGUMENT", "The phone number is not in E.164 format.")
    customer = sim.world.find_customer(phone)
    if customer is None or not _is_reachable(customer):
        raise GoogleError("NOT_FOUND", "Requested entity was not found.")
    return customer


def _is_reachable(customer: Customer | None) -> bool:
    return customer is not None and customer.provider is Provider.RCS and customer.on_whatsapp


def _features(customer: Customer) -> tuple[str, ...]:
    """All of them, unless the customer's details name fewer."""
    told = customer.details.get("features")
    return FEATURES if told is None else tuple(name for name in told.split(",") if name)


def _require_features(customer: Customer, shown: Shown) -> None:
    """A phone that cannot show something is not sent it."""
    kinds = {action.kind for action in shown.actions}
    kinds |= {action.kind for card in shown.cards for action in card.actions}
    needed = {
        "RICHCARD_STANDALONE": bool(shown.cards),
        "RICHCARD_CAROUSEL": len(shown.cards) > 1,
        "ACTION_OPEN_URL": "link" in kinds,
        "ACTION_DIAL": "phone" in kinds,
    }
    able = _features(customer)
    missing = [name for name, is_needed in needed.items() if is_needed and name not in able]
    if missing:
        raise GoogleError("INVALID_ARGUMENT", f"The user's device does not support {missing[0]}.")


def _take(
    sim: Simulation, endpoint: Endpoint, customer: Customer, asked: SendRequest, message_id: str
) -> Message:
    shown, now = asked.content.shown(), sim.clock.now()
    _require_features(customer, shown)
    try:
        sim.courier.ensure_room()
    except Overloaded as error:
        raise GoogleError("RESOURCE_EXHAUSTED", "Quota exceeded.") from error
    message = Message(
        message_id=message_id,
        provider=Provider.RCS,
        account_id=endpoint.account_id,
        direction="outbound",
        business=endpoint.address,
        customer=customer.address,
        kind=shown.kind,
        text=shown.text,
        media=_uploaded(sim, shown),
        media_urls=shown.urls,
        actions=shown.actions,
        cards=shown.cards,
        status="queued",
        created_at=now,
        updated_at=now,
        details=_details(asked, sim),
    )
    sim.world.save_message(message)
    sim.feed.tell("message", message)
    return message


def _uploaded(sim: Simulation, shown: Shown) -> tuple[str, ...]:
    if shown.uploaded is None:
        return ()
    media_id = shown.uploaded.removeprefix(_FILE)
    if sim.world.shelf.find(media_id) is None:
        raise GoogleError("INVALID_ARGUMENT", "There is no such file.")
    return (media_id,)


def _details(asked: SendRequest, sim: Simulation) -> dict[str, str]:
    details = {"traffic": asked.traffic}
    if not asked.ttl:
        return details
    ttl = timedelta(seconds=float(asked.ttl.removesuffix("s")))
    if ttl > _LONGEST_TTL:
        raise GoogleError("INVALID_ARGUMENT", "ttl: at most 15 days.")
    return details | {EXPIRES_AT: (sim.clock.now() + ttl).isoformat()}
