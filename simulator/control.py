"""The control API: how tests, the demo and the phone page set up and steer the simulated world."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from fastapi import APIRouter, Depends, Query, Request

from simulator.faults import FaultPlan
from simulator.orders import (
    AccountOrder,
    AccountView,
    ClockOrder,
    ClockView,
    Counts,
    CustomerOrder,
    NumberOrder,
    Outbox,
    ReadOrder,
    ReadView,
    StateView,
    TemplateOrder,
    ThreadOrder,
    ThreadView,
    WebhookLog,
)
from simulator.provider import StandIn
from simulator.records import Customer, Delivery, Endpoint, Provider, Template, WebhookAttempt
from simulator.simulation import BaseUrl, Simulation, SimulationOf
from simulator.utterance import NotPossible, Said, Utterance

SHOWN: Final = 200
Limit: TypeAlias = Annotated[int, Query(ge=1, le=1000)]
Positioned = TypeVar("Positioned", Delivery, WebhookAttempt)
router = APIRouter(prefix="/control", tags=["control"])


async def stand_ins_of(request: Request) -> dict[Provider, StandIn]:
    stand_ins: dict[Provider, StandIn] = request.app.state.stand_ins
    return stand_ins


StandIns: TypeAlias = Annotated[dict[Provider, StandIn], Depends(stand_ins_of)]


@router.post("/reset")
async def reset(sim: SimulationOf, stand_ins: StandIns) -> StateView:
    """An empty world, real time, no faults."""
    await sim.courier.stop_all()
    sim.world.reset()
    sim.clock.set_offset(timedelta())
    sim.faults.set_plan(FaultPlan())
    for stand_in in stand_ins.values():
        stand_in.seed()
    sim.feed.tell("reload")
    return _state_of(sim)


@router.get("/state")
async def state(sim: SimulationOf) -> StateView:
    return _state_of(sim)


@router.post("/accounts")
async def save_account(order: AccountOrder, sim: SimulationOf) -> AccountView:
    if order.parent_sid is not None and order.parent_sid not in sim.world.accounts:
        raise NotPossible(f"Add the parent account {order.parent_sid} first.")
    account = order.record()
    sim.world.save_account(account)
    return AccountView.of(account)


@router.post("/numbers")
async def save_number(order: NumberOrder, sim: SimulationOf, stand_ins: StandIns) -> Endpoint:
    if order.account_sid not in sim.world.accounts:
        raise NotPossible(f"Add the account {order.account_sid} first: POST /control/accounts.")
    is_twilio = order.provider is Provider.TWILIO
    base = sim.settings.webhook_base_url if is_twilio else None
    endpoint = Endpoint(
        provider=order.provider,
        account_id=order.account_sid,
        address=stand_ins[order.provider].address_of(order.number),
        name=order.name,
        inbound_url=order.inbound_url or (f"{base}/messages" if base else None),
        status_url=order.status_url or (f"{base}/status" if base else None),
        messaging_service_id=order.messaging_service_sid,
        sandbox=order.sandbox,
        join_code=order.join_code,
        details=order.details,
    )
    sim.world.save_endpoint(endpoint)
    sim.feed.tell("number", endpoint)
    return endpoint


@router.post("/customers")
async def save_customer(order: CustomerOrder, sim: SimulationOf, stand_ins: StandIns) -> Customer:
    stand_in = stand_ins[order.provider]
    address = stand_in.address_of(order.phone)
    known = sim.world.find_customer(address)
    new = Customer(provider=order.provider, address=address, profile_name="Customer")
    customer = (known or new).model_copy(update=_changes_in(order, stand_in, sim))
    sim.world.save_customer(customer)
    sim.feed.tell("customer", customer)
    if known is not None and customer.online and not known.online:
        stand_in.resume()
    return customer


@router.patch("/templates/{template_id}")
async def decide_template(template_id: str, order: TemplateOrder, sim: SimulationOf) -> Template:
    template = sim.world.templates.get(template_id)
    if template is None:
        raise NotPossible(f"There is no template {template_id}.")
    decided = template.model_copy(update=order.model_dump(exclude_none=True))
    sim.world.save_template(decided)
    return decided


@router.post("/say")
async def say(order: Utterance, stand_ins: StandIns, base_url: BaseUrl) -> Said:
    """A customer says something. Answers when the webhook was answered, unless `wait` is false."""
    return await stand_ins[order.provider].hear(order, base_url)


@router.post("/read")
async def read(order: ReadOrder, stand_ins: StandIns) -> ReadView:
    return ReadView(read=stand_ins[order.provider].read(order.business, order.customer))


@router.get("/faults")
async def faults(sim: SimulationOf) -> FaultPlan:
    return sim.faults.plan


@router.put("/faults")
async def set_faults(plan: FaultPlan, sim: SimulationOf) -> FaultPlan:
    """Replaces the whole plan; what is left out is off."""
    sim.faults.set_plan(plan)
    sim.feed.tell("faults", plan)
    return plan


@router.get("/clock")
async def clock(sim: SimulationOf) -> ClockView:
    return ClockView(now=sim.clock.now(), offset_seconds=sim.clock.offset.total_seconds())


@router.post("/clock")
async def advance_clock(order: ClockOrder, sim: SimulationOf) -> ClockView:
    sim.clock.advance(timedelta(seconds=order.advance_seconds))
    sim.world.revision += 1
    sim.feed.tell("clock", now=sim.clock.now().isoformat())
    return await clock(sim)


@router.get("/outbox")
async def outbox(
    sim: SimulationOf, stand_ins: StandIns, to: str | None = None, after: int = 0, limit: Limit = 100
) -> Outbox:
    """Every message that really reached a customer, in order, doubles included."""
    wanted = _address(stand_ins, to) if to else None
    found = (item for item in sim.world.deliveries if wanted in (None, item.customer))
    deliveries, next_after = _page(found, after, limit)
    return Outbox(deliveries=deliveries, next_after=next_after)


@router.get("/webhooks")
async def webhooks(
    sim: SimulationOf,
    purpose: Literal["inbound", "status"] | None = None,
    message_id: str | None = None,
    after: int = 0,
    limit: Limit = 100,
) -> WebhookLog:
    found = (
        item
        for item in sim.world.attempts
        if purpose in (None, item.purpose) and message_id in (None, item.message_id)
    )
    attempts, next_after = _page(found, after, limit)
    return WebhookLog(webhooks=attempts, next_after=next_after)


@router.get("/thread")
async def thread(
    order: Annotated[ThreadOrder, Query()], sim: SimulationOf, stand_ins: StandIns
) -> ThreadView:
    stand_in = stand_ins[order.provider]
    pair = stand_in.address_of(order.business), stand_in.address_of(order.customer)
    messages = sim.world.thread(*pair, limit=order.limit)
    media = [sim.world.shelf.find(media_id) for item in messages for media_id in item.media]
    return ThreadView(
        messages=messages,
        media_types={item.media_id: item.content_type for item in media if item},
        media_names={item.media_id: item.file_name for item in media if item and item.file_name},
        window_ends_at=stand_in.window_ends_at(*pair),
        now=sim.clock.now(),
    )


def _state_of(sim: Simulation) -> StateView:
    world = sim.world
    return StateView(
        now=sim.clock.now(),
        clock_offset_seconds=sim.clock.offset.total_seconds(),
        faults=sim.faults.plan,
        accounts=[AccountView.of(account) for account in islice(world.accounts.values(), SHOWN)],
        numbers=list(islice(world.endpoints.values(), SHOWN)),
        customers=list(islice(reversed(world.customers.values()), SHOWN)),
        templates=list(islice(world.templates.values(), SHOWN)),
        counts=Counts(
            customers=len(world.customers),
            messages=world.message_count,
            deliveries=len(world.deliveries),
            webhooks=len(world.attempts),
            under_way=sim.courier.under_way,
        ),
    )


def _changes_in(order: CustomerOrder, stand_in: StandIn, sim: Simulation) -> dict[str, object]:
    changes = order.model_dump(exclude_none=True, exclude={"provider", "phone", "user_id", "joined"})
    if order.user_id is not None:
        changes["user_id"] = stand_in.address_of(order.user_id)
    if order.joined is not None:
        now = sim.clock.now()
        changes["joined"] = {stand_in.address_of(number): now for number in order.joined}
    return changes


def _address(stand_ins: dict[Provider, StandIn], text: str) -> str:
    """The outbox spans providers: the first one that knows such an address decides."""
    for stand_in in stand_ins.values():
        try:
            return stand_in.address_of(text)
        except NotPossible:
            continue
    raise NotPossible(f"{text} is no address of any provider.")


def _page(found: Iterator[Positioned], after: int, limit: int) -> tuple[list[Positioned], int | None]:
    page = list(islice((item for item in found if item.position > after), limit + 1))
    return page[:limit], page[limit - 1].position if len(page) > limit else None
