"""Customers who write and agents who answer, all at once; and what the agents were told."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from random import Random
from typing import Any, Final

import httpx2

from tests.e2e.people import Agent
from tests.faults.evidence import Outcome, Reply
from tests.faults.messengers import WHATSAPP, Messenger, Person
from tests.faults.scale import scaled
from tests.stack import Stack

AT_A_TIME: Final = 32
"""Requests under way on each side."""
TRY_AGAIN_AFTER: Final = 0.3
IN_A_ROW: Final = 2
"""Replies without a pause. On LINE the first can leave by a reply token, the next one is a push."""
PATIENCE: Final = float(scaled(20, 900))
"""Seconds for which an agent's client repeats a request before it gives up. The key of a request whose
process died is free again after a minute, which the short scale does not wait for."""
LOOK_EVERY: Final = 0.5
PAGE: Final = 200


@dataclass(frozen=True, kw_only=True)
class Script:
    """Who writes how much. `pause`: seconds between two things one person does, on average."""

    label: int
    """One digit that makes the customers of this run its own."""
    customers: int
    """Of each messenger."""
    messages: int
    replies: int = 0
    pause: float = 0
    seed: int = 1
    messengers: tuple[Messenger, ...] = (WHATSAPP,)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who writes."""
        return tuple(
            Person(messenger, messenger.address(self.label, number))
            for messenger in self.messengers
            for number in range(self.customers)
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        """Everybody's address."""
        return tuple(person.address for person in self.people)

    def dice(self, who: str) -> Random:
        """Everybody has their own, so that nobody's pace depends on another's luck."""
        return Random(f"{self.seed}/{self.label}/{who}")  # noqa: S311 - dice, not secrets


@asynccontextmanager
async def phones_of(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    """One client for the simulator, shared by all customers."""
    limits = httpx2.Limits(max_connections=2 * AT_A_TIME)
    async with httpx2.AsyncClient(base_url=stack.simulator, timeout=60, limits=limits) as client:
        yield client


class Crowd:
    """The customers of a script."""

    def __init__(self, stack: Stack, script: Script, client: httpx2.AsyncClient) -> None:
        self._stack = stack
        self._script = script
        self._client = client
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def write(self) -> None:
        """Everybody writes their messages, one after the other."""
        await asyncio.gather(*(self._one_by_one(person) for person in self._script.people))

    async def write_at_once(self) -> None:
        """Everybody writes all their messages at the same moment."""
        numbers = range(self._script.messages)
        await asyncio.gather(
            *(self._say(person, number) for person in self._script.people for number in numbers)
        )

    async def _one_by_one(self, person: Person) -> None:
        dice = self._script.dice(person.address)
        for number in range(self._script.messages):
            await asyncio.sleep(dice.uniform(0, 2 * self._script.pause))
            await self._say(person, number)

    async def _say(self, person: Person, number: int) -> None:
        """Once: what becomes of its webhook is the provider's business, not the customer's."""
        said = {
            "provider": person.messenger.provider,
            "from": person.address,
            "to": person.messenger.business(self._stack),
            "text": f"{person.address} message {number}",
        }
        async with self._places:
            (await self._client.post("/control/say", json=said)).raise_for_status()


class Desk:
    """One agent who takes every conversation of these customers and answers it."""

    def __init__(self, agent: Agent, script: Script) -> None:
        self.replies: list[Reply] = []
        self._agent = agent
        self._script = script
        self._places = asyncio.Semaphore(AT_A_TIME // 4)
        self._opened_since = datetime.now(UTC)

    async def answer(self, addresses: Iterable[str], *, within: float) -> None:
        """Until everybody got their replies; whoever has no conversation in time gets none."""
        missing, deadline = set(addresses), time.monotonic() + within
        async with asyncio.TaskGroup() as conversations:
            while missing and time.monotonic() < deadline:
                for address, conversation_id in (await self._waiting()).items():
                    if address in missing:
                        missing.remove(address)
                        conversations.create_task(self._serve(address, conversation_id))
                await asyncio.sleep(LOOK_EVERY)

    async def take(self, conversation_id: str) -> bool:
        """Accept it; false when that is refused or never answered. Twice is once, key or not."""
        answer = await self.insist(f"/conversations/{conversation_id}/accept")
        return answer is not None and answer.is_success

    async def insist(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """Repeat the same request until it is done or refused; None when nobody ever answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(httpx2.HTTPError):
                async with self._places:
                    answer = await self._agent.post(path, body, key=key)
                if answer.is_success or _is_refusal(answer):
                    return answer
            await asyncio.sleep(TRY_AGAIN_AFTER)
        return None

    async def reply(self, address: str, conversation_id: str, number: int) -> Reply:
        """One numbered reply, and what became of it."""
        text = f"{address} reply {number}"
        path = f"/conversations/{conversation_id}/messages"
        answer = await self.insist(path, {"text": text}, key=text)
        outcome = Outcome.UNANSWERED if answer is None else Outcome.REFUSED
        accepted = answer is not None and answer.status_code == HTTPStatus.ACCEPTED
        reply = Reply(
            customer=address,
            conversation_id=conversation_id,
            number=number,
            text=text,
            outcome=Outcome.ACCEPTED if accepted else outcome,
            message_id=answer.json()["message_id"] if accepted else None,
        )
        self.replies.append(reply)
        return reply

    async def _serve(self, address: str, conversation_id: str) -> None:
        dice = self._script.dice(f"agent/{address}")
        if await self.take(conversation_id):
            for number in range(self._script.replies):
                if number % IN_A_ROW == 0:
                    await asyncio.sleep(dice.uniform(0, 2 * self._script.pause))
                await self.reply(address, conversation_id, number)

    async def _waiting(self) -> dict[str, str]:
        """Who waits in a queue since this desk opened, newest first, by address."""
        found: dict[str, str] = {}
        cursor: dict[str, str] = {}
        with suppress(httpx2.HTTPError):
            while True:
                page = await self._agent.get("/conversations", state="open", limit=PAGE, **cursor)
                recent = [each for each in page["items"] if self._is_recent(each)]
                found |= {each["contact"]["address"]: each["conversation_id"] for each in recent}
                if len(recent) < PAGE or not page["next_cursor"]:
                    break
                cursor = {"cursor": page["next_cursor"]}
        return found

    def _is_recent(self, conversation: dict[str, Any]) -> bool:
        return datetime.fromisoformat(conversation["opened_at"]) >= self._opened_since


def _is_refusal(answer: httpx2.Response) -> bool:
    """An answer that repeating would not change. `conflict`: the first request is still under way."""
    return answer.is_client_error and answer.json()["code"] != "conflict"
