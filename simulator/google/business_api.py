"""The API of Google's Business Messages (conversations, their messages, events and surveys)."""

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from simulator.courier import Overloaded
from simulator.google.auth import BusinessCaller, answer_badly, misbehave
from simulator.google.business import WINDOW
from simulator.google.content import (
    TEXT_LIMIT,
    Image,
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
from simulator.google.notices import note
from simulator.google.stand_in import GoogleStandIn
from simulator.google.times import rfc3339
from simulator.records import Account, Customer, Endpoint, Message, Provider
from simulator.simulation import Simulation, SimulationOf

CONVERSATION: Final = "/v1/conversations/{conversation}"
_PER_MINUTE: Final = 60
_EVENTS: Final = r"^(TYPING_STARTED|TYPING_STOPPED|REPRESENTATIVE_JOINED|REPRESENTATIVE_LEFT)$"
router = APIRouter(dependencies=[Depends(misbehave)])


class Representative(Part):
    """Who speaks."""

    kind: str = Field(alias="representativeType", pattern=r"^(BOT|HUMAN)$")
    name: str = Field(default="", alias="displayName")
    avatar: str = Field(default="", alias="avatarImage", pattern=r"^(https://\S+)?$")


class SendRequest(Part):
    """The body of a message."""

    message_id: str = Field(alias="messageId", pattern=r"^[\w.~:=-]{1,200}$")
    name: str = ""
    representative: Representative
    text: str = Field(default="", max_length=TEXT_LIMIT)
    rich_text: bool = Field(default=False, alias="containsRichText")
    image: Image | None = None
    card: RichCard | None = Field(default=None, alias="richCard")
    fallback: str = Field(default="", max_length=TEXT_LIMIT)
    suggestions: tuple[Suggestion, ...] = Field(default=(), max_length=13)

    def shown(self) -> Shown:
        require_one(text=self.text, image=self.image, richCard=self.card)
        actions = actions_of(self.suggestions)
        if self.card is not None:
            return card_shown(self.card, self.suggestions)
        if self.image is not None:
            url = self.image.content_info.file_url
            return Shown(kind="image", text=self.fallback, urls=(url,), actions=actions)
        return Shown(kind="text", text=self.text, actions=actions)


class EventRequest(Part):
    """The body of an event."""

    kind: str = Field(alias="eventType", pattern=_EVENTS)
    representative: Representative


@router.post(CONVERSATION + "/messages")
async def create_message(
    conversation: str, account: BusinessCaller, body: JsonBody, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    asked = read(SendRequest, body)
    customer, endpoint = _open(sim, account, conversation)
    if sim.world.find_message(asked.message_id) is not None:
        raise GoogleError("ALREADY_EXISTS", "Requested entity already exists.")
    _require_pace(sim, endpoint, customer)
    message = _record(sim, endpoint, customer, asked)
    stand_in: GoogleStandIn = request.app.state.stand_ins[Provider.GBM]
    if sim.faults.strikes("early_callbacks"):
        await stand_in.journeys.rush(message)
    stand_in.journeys.start(message.message_id)
    answer_badly(sim)
    return {
        "name": f"conversations/{conversation}/messages/{message.message_id}",
        "messageId": message.message_id,
        "representative": body["representative"],
        "createTime": rfc3339(message.created_at),
    }


@router.post(CONVERSATION + "/events")
async def create_event(
    conversation: str, account: BusinessCaller, body: JsonBody, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    asked = read(EventRequest, body)
    customer, endpoint = _open(sim, account, conversation)
    event_id = request.query_params.get("eventId", "")
    if not event_id:
        raise GoogleError("INVALID_ARGUMENT", "eventId is needed.")
    who = asked.representative.name or asked.representative.kind.title()
    if asked.kind.startswith("REPRESENTATIVE"):
        verb = asked.kind.removeprefix("REPRESENTATIVE_").lower()
        note(sim, endpoint, customer, event_id, f"{who} {verb} the conversation")
    else:
        sim.feed.tell("typing", business=endpoint.address, customer=customer.address)
    return {"name": f"conversations/{conversation}/events/{event_id}", "eventType": asked.kind}


@router.patch(CONVERSATION + "/messages/{message_id}/receipt")
async def mark_read(
    conversation: str, message_id: str, account: BusinessCaller, body: JsonBody, sim: SimulationOf
) -> dict[str, Any]:
    _open(sim, account, conversation)
    message = sim.world.find_message(message_id)
    if message is None or message.customer != conversation or message.direction != "inbound":
        raise GoogleError("NOT_FOUND", "Requested entity was not found.")
    if body.get("receiptType") != "READ":
        raise GoogleError("INVALID_ARGUMENT", "Invalid value at receiptType.")
    sim.feed.tell("message", sim.world.amend_message(message_id, seen=True))
    return {"message": f"conversations/{conversation}/messages/{message_id}", "receiptType": "READ"}


@router.post(CONVERSATION + "/surveys")
async def create_survey(
    conversation: str, account: BusinessCaller, sim: SimulationOf, request: Request
) -> dict[str, Any]:
    """The customer answers with an utterance of the type `survey`."""
    customer, endpoint = _open(sim, account, conversation)
    survey_id = request.query_params.get("surveyId", "")
    if not survey_id:
        raise GoogleError("INVALID_ARGUMENT", "surveyId is needed.")
    note(sim, endpoint, customer, survey_id, "How satisfied are you?")
    return {"name": f"conversations/{conversation}/surveys/{survey_id}"}


def _open(sim: Simulation, account: Account, conversation: str) -> tuple[Customer, Endpoint]:
    """Only the customer begins a conversation, and it ends thirty days after their last word."""
    customer = sim.world.find_customer(conversation)
    agent = customer.details.get("agent", "") if customer else ""
    endpoint = sim.world.endpoints.get(agent)
    is_ours = endpoint is not None and endpoint.account_id == account.account_id
    written_at = sim.world.last_written_at(agent, conversation)
    if customer is None or endpoint is None or not is_ours or written_at is None:
        raise GoogleError("PERMISSION_DENIED", "The caller does not have permission.")
    if sim.clock.now() > written_at + WINDOW:
        raise GoogleError("PERMISSION_DENIED", "The conversation is too old.")
    return customer, endpoint


def _require_pace(sim: Simulation, endpoint: Endpoint, customer: Customer) -> None:
    since = sim.clock.now() - timedelta(minutes=1)
    thread = sim.world.thread(endpoint.address, customer.address, limit=2 * _PER_MINUTE)
    sent = [each for each in thread if each.direction == "outbound" and each.created_at > since]
    if len(sent) >= _PER_MINUTE:
        raise GoogleError("RESOURCE_EXHAUSTED", "Too many messages in this conversation.")
    try:
        sim.courier.ensure_room()
    except Overloaded as error:
        raise GoogleError("RESOURCE_EXHAUSTED", "Quota exceeded.") from error


def _record(sim: Simulation, endpoint: Endpoint, customer: Customer, asked: SendRequest) -> Message:
    now, shown = sim.clock.now(), asked.shown()
    message = Message(
        message_id=asked.message_id,
        provider=Provider.GBM,
        account_id=endpoint.account_id,
        direction="outbound",
        business=endpoint.address,
        customer=customer.address,
        kind=shown.kind,
        text=shown.text,
        media_urls=shown.urls,
        actions=shown.actions,
        cards=shown.cards,
        status="queued",
        created_at=now,
        updated_at=now,
        details={
            "representative": asked.representative.kind,
            "display_name": asked.representative.name,
        },
    )
    sim.world.save_message(message)
    sim.feed.tell("message", message)
    return message
