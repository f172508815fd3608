"""Carries webhooks to the application: attempts, retries, order, and a record of all of it."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import httpx2

from simulator.clock import SimulatedClock
from simulator.faults import Faults
from simulator.feed import Feed
from simulator.records import WebhookAttempt
from simulator.world import World

KEPT_ANSWER_CHARACTERS: Final = 500
Failure: TypeAlias = Literal["ct", "rt", "4xx", "5xx"]
"""Why an attempt did not succeed: could not connect, no answer in time, or an error status."""
# AttributeError: anyio looks at a socket that its killed peer has closed again meanwhile.
NOT_CONNECTED: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, AttributeError)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How patiently a webhook is sent. By default: one retry, and only if it could not connect."""

    connect_seconds: float = 5
    read_seconds: float = 15
    total_seconds: float = 15
    retries: int = 1
    retry_on: frozenset[Failure] = frozenset({"ct"})


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One webhook, ready to go. Retries repeat exactly this."""

    purpose: Literal["inbound", "status"]
    message_id: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: str | None = None
    connection: Connection = Connection()
    alert_for: Callable[[httpx2.Response | None, Failure | None], str | None] = (
        lambda _answer, _failure: None
    )
    """What the provider's debugger would say about an answer, or about none."""


class Overloaded(Exception):
    """Too much is under way. Raised before anything was taken, so the caller can refuse."""


class Courier:
    """Runs errands in the background; jobs of one line go out one after the other."""

    def __init__(
        self,
        *,
        world: World,
        clock: SimulatedClock,
        faults: Faults,
        feed: Feed,
        limits: "CourierLimits",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._feed = feed
        self._limits = limits
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lines: dict[str, asyncio.Task[Any]] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._client = httpx2.AsyncClient(
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            # Servers close idle connections soon; a stale one would look like a lost answer.
            limits=httpx2.Limits(max_connections=limits.connections, keepalive_expiry=2),
        )

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    def ensure_room(self) -> None:
        if len(self._tasks) >= self._limits.in_flight:
            raise Overloaded

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something in the background until the simulator stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def send_in_line(
        self, line: str, errand: Errand, *, delay: float
    ) -> asyncio.Task[list[WebhookAttempt]]:
        """Send after everything that was put into this line before."""
        task = self.spawn(self._after(self._lines.get(line), line, errand, delay))
        self._lines[line] = task
        task.add_done_callback(lambda done: self._leave_line(line, done))
        return task

    async def drain(self, line: str) -> None:
        """Wait until everything in this line has gone out."""
        if (last := self._lines.get(line)) is not None:
            await asyncio.wait([last])

    async def hold(self, line: str) -> None:
        """Wait until `overtaken(line)` is called, or for the longest time the fault plan allows."""
        event = self._held.setdefault(line, asyncio.Event())
        try:
            await asyncio.wait_for(event.wait(), self._faults.plan.hold_seconds)
        except TimeoutError:
            self._held.pop(line, None)

    def overtaken(self, line: str) -> None:
        if (event := self._held.pop(line, None)) is not None:
            event.set()

    async def run(self, errand: Errand) -> list[WebhookAttempt]:
        """Try until it succeeds, may not be retried, or the retries are used up."""
        await self._faults.until_up()
        attempts: list[WebhookAttempt] = []
        for number in range(1, errand.connection.retries + 2):
            attempt, failure = await self._try(errand, number)
            attempts.append(attempt)
            self._world.record_attempt(attempt)
            self._feed.tell("webhook", attempt)
            if failure is None or failure not in errand.connection.retry_on:
                break
        return attempts

    async def stop_all(self) -> None:
        """Forget everything that is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lines.clear()
        self._held.clear()

    async def close(self) -> None:
        await self.stop_all()
        await self._client.aclose()

    async def fetch(self, url: str, *, max_bytes: int) -> tuple[bytes, httpx2.Response]:
        """Download what a business wants to send; stops as soon as the limit is exceeded."""
        async with self._client.stream("GET", url, timeout=10) as answer:
            answer.raise_for_status()
            content = bytearray()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > max_bytes:
                    break
            return bytes(content), answer

    async def _after(
        self, earlier: asyncio.Task[Any] | None, line: str, errand: Errand, delay: float
    ) -> list[WebhookAttempt]:
        await self._clock.sleep(delay)
        if earlier is not None:
            await asyncio.wait([earlier])
        attempts = await self.run(errand)
        self.overtaken(line)
        return attempts

    def _leave_line(self, line: str, done: asyncio.Task[Any]) -> None:
        if self._lines.get(line) is done:
            del self._lines[line]

    async def _try(self, errand: Errand, number: int) -> tuple[WebhookAttempt, Failure | None]:
        started_at, started = self._clock.now(), time.monotonic()
        answer, failure, error = await self._request(errand)
        attempt = WebhookAttempt(
            position=self._world.next_position(),
            purpose=errand.purpose,
            message_id=errand.message_id,
            status=errand.status,
            url=errand.url,
            attempt=number,
            started_at=started_at,
            duration_ms=round((time.monotonic() - started) * 1000),
            error=error,
            **_facts_of(answer),
            alert=errand.alert_for(answer, failure),
        )
        return attempt, failure

    async def _request(
        self, errand: Errand
    ) -> tuple[httpx2.Response | None, Failure | None, str | None]:
        connection = errand.connection
        timeout = httpx2.Timeout(connection.read_seconds, connect=connection.connect_seconds)
        try:
            async with asyncio.timeout(connection.total_seconds):
                answer = await self._client.post(
                    errand.url, content=errand.body, headers=errand.headers, timeout=timeout
                )
        except (*NOT_CONNECTED, httpx2.UnsupportedProtocol) as error:
            return None, "ct", f"could not connect: {type(error).__name__}"
        except (httpx2.HTTPError, TimeoutError) as error:
            return None, "rt", f"no answer: {type(error).__name__}"
        return answer, _failure_of(answer.status_code), None


@dataclass(frozen=True)
class CourierLimits:
    """How much may be under way, and over how many connections."""

    in_flight: int
    connections: int


def _failure_of(status_code: int) -> Failure | None:
    if status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return "5xx"
    return "4xx" if status_code >= httpx2.codes.BAD_REQUEST else None


def _facts_of(answer: httpx2.Response | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {
        "status_code": answer.status_code,
        "content_type": answer.headers.get("content-type"),
        "answer": answer.text[:KEPT_ANSWER_CHARACTERS],
    }
