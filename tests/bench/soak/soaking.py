"""One soak: everybody chats while sockets are cut, everything settles, and every chat is ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from tests.bench.soak.customers import Customer
from tests.bench.soak.desks import Desk
from tests.bench.soak.line import lines
from tests.bench.soak.script import Script
from tests.bench.soak.shop import a_shop
from tests.bench.soak.verdict import Evidence, Told
from tests.bench.soak.witnesses import (
    HELD,
    NOT_CLOSED,
    UNDELIVERED,
    assigned,
    in_turn,
    rows,
    wrong_sums,
)
from tests.stack import Stack

PATIENCE: Final = 180.0


@dataclass(frozen=True)
class Soaked:
    """Who took part, and what they left behind."""

    customers: Sequence[Customer]
    desks: Sequence[Desk]
    evidence: Evidence


async def nothing_else() -> None:
    """Nobody measures."""


async def soak(
    stack: Stack, script: Script, meanwhile: Callable[[], Awaitable[None]] = nothing_else
) -> Soaked:
    """`meanwhile` begins when everybody is there; it should end with them."""
    async with a_shop(stack, script.desks) as shop:
        names = (f"Customer {number}" for number in range(script.customers))
        customers = [Customer(name, stack, script, shop.visitors) for name in names]
        desk_of = dict(zip(customers, islice(cycle(shop.desks), len(customers)), strict=True))
        async with lines() as follow:
            for desk in shop.desks:
                follow(desk.line)
            await _there(shop.desks)

            async def arrive(customer: Customer) -> None:
                await customer.begin(shop.widget_id)
                follow(customer.line)
                await desk_of[customer].take(customer.chat)

            await in_turn(arrive, customers)
            await _there(customers)
            await asyncio.gather(_chat(script, customers, shop.desks), meanwhile())
            await _settle(customers, shop.desks, desk_of)
            return await _judged(stack, customers, shop.desks, desk_of)


async def _there(people: Sequence[Customer] | Sequence[Desk]) -> None:
    async with asyncio.timeout(PATIENCE):
        for each in people:
            await each.line.is_there.wait()


async def _chat(script: Script, customers: Sequence[Customer], desks: Sequence[Desk]) -> None:
    until = time.monotonic() + script.seconds
    async with asyncio.TaskGroup() as everybody:
        for customer in customers:
            everybody.create_task(customer.live(until))
            everybody.create_task(customer.lose_connections(until))
        for desk in desks:
            everybody.create_task(_lose_connections(desk, script, until))


async def _lose_connections(desk: Desk, script: Script, until: float) -> None:
    """Agents are never away for long."""
    dice = script.dice(desk.agent_id)
    while (lasts := dice.expovariate(1 / script.cut_every)) < until - time.monotonic():
        await asyncio.sleep(lasts)
        desk.line.cut(dice.uniform(0, 1))


async def _settle(
    customers: Sequence[Customer], desks: Sequence[Desk], desk_of: dict[Customer, Desk]
) -> None:
    """Until everybody is back and has everything. What is missing then is for the verdict to name."""
    await _there(customers)
    await _there(desks)
    deadline = time.monotonic() + PATIENCE

    def has_everything(customer: Customer) -> bool:
        desk = desk_of[customer]
        told = {*customer.said, *desk.replies[customer.chat]}
        return told <= customer.seen.keys() and len(desk.heard[customer.chat]) == len(customer.said)

    while time.monotonic() < deadline:
        for desk in desks:
            await desk.finish()
        if all(map(has_everything, customers)):
            return
        await asyncio.sleep(0.2)


async def _judged(
    stack: Stack, customers: Sequence[Customer], desks: Sequence[Desk], desk_of: dict[Customer, Desk]
) -> Soaked:
    chats = await in_turn(lambda each: _told(each, desk_of[each]), customers)
    ids = [customer.chat for customer in customers]
    held = dict(await rows(stack, HELD, ids))
    by_workflows = await assigned(stack, ids)
    undelivered = await rows(stack, UNDELIVERED, ids)
    await _end_all(customers, desk_of)
    await _until_closed(stack, ids)
    evidence = Evidence(
        chats=chats,
        held=held,
        assigned=by_workflows,
        held_after_all=len(await rows(stack, HELD, ids)),
        wrong_sums=await wrong_sums(stack),
        undelivered=len(undelivered),
        refused=[text for desk in desks for text in desk.refused],
    )
    return Soaked(customers, desks, evidence)


async def _told(customer: Customer, desk: Desk) -> Told:
    return Told(
        chat=customer.chat,
        desk=desk.agent_id,
        said=tuple(customer.said),
        replies=tuple(desk.replies[customer.chat]),
        shown=customer.shown,
        kept=await customer.kept(),
        read=await desk.read(customer.chat),
        heard=tuple(desk.heard[customer.chat]),
        repetitions=sum(times - 1 for times in customer.repetitions.values()),
    )


async def _end_all(customers: Sequence[Customer], desk_of: dict[Customer, Desk]) -> None:
    """Half of them by their customers."""
    by_themselves = set(customers[::2])

    async def end(customer: Customer) -> None:
        desk = desk_of[customer]
        await (customer.end() if customer in by_themselves else desk.end(customer.chat))
        await desk.close(customer.chat)

    await in_turn(end, customers)


async def _until_closed(stack: Stack, ids: Sequence[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while await rows(stack, NOT_CLOSED, ids) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
