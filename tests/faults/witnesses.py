"""Questions to the three witnesses of a run: the simulated providers, PostgreSQL, Temporal."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg
from psycopg.rows import dict_row
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from runtime.embedded.data_dir import secret_keys
from runtime.temporal import data_converter
from tests.faults.evidence import RUNNING, Arrival, Attempt, Conversation, Line, Utterance
from tests.faults.messengers import Person
from tests.stack import Stack

PAGE: Final = 1000
AT_A_TIME: Final = 20
LOOK_EVERY: Final = 1.0
"""Seconds. The simulator's log of webhooks is bounded, so it is read while it grows."""
ANSWER_WITHIN: Final = timedelta(seconds=10)

CONVERSATIONS: Final = """
    SELECT a.value AS customer, c.conversation_id::text, c.channel, c.state, c.agent_id::text,
           c.holds_capacity, c.mailbox_seq, c.closed_at,
           (SELECT count(*) FROM mailbox b WHERE b.conversation_id = c.conversation_id) AS mail_left
    FROM conversations c JOIN addresses a ON a.address_id = c.address_id
    WHERE a.value = ANY(%(customers)s)
    ORDER BY c.conversation_id
"""
LINES: Final = """
    SELECT a.value AS customer, c.conversation_id::text, m.message_id::text, m.seq,
           m.direction = 'inbound' AS is_inbound, coalesce(m.content ->> 'text', '') AS text, m.at,
           m.provider_message_id AS provider_id, m.details ->> 'recovered' IS NOT NULL AS recovered,
           d.status, coalesce(d.resent_in_doubt, false) AS resent_in_doubt,
           coalesce(d.handed_over, true) AS handed_over
    FROM messages m
    JOIN conversations c ON c.conversation_id = m.conversation_id
    JOIN addresses a ON a.address_id = c.address_id
    LEFT JOIN deliveries d ON d.message_id = m.message_id
    WHERE a.value = ANY(%(customers)s)
    ORDER BY c.conversation_id, m.seq
"""
UNFINISHED: Final = """
    SELECT (SELECT count(*) FROM mailbox) + (
        SELECT count(*) FROM deliveries
        WHERE status IN ('queued', 'unknown') OR NOT handed_over
    )
"""


async def temporal_of(stack: Stack) -> Client:
    """A client that can read this stack's payloads."""
    converter = data_converter(await asyncio.to_thread(secret_keys, stack.data_dir))
    return await Client.connect(stack.temporal, data_converter=converter)


class Provider:
    """The simulator's own records: what was said, which webhooks went out, what arrived."""

    def __init__(self, stack: Stack, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._stack = stack
        self._attempts: defaultdict[str, list[Attempt]] = defaultdict(list)
        self._seen = 0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Read the log of webhooks again and again, before its oldest entries are dropped."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await self._look()

    async def utterances(self, people: Iterable[Person]) -> tuple[Utterance, ...]:
        """What these customers said, each in order."""
        await self._look()
        places = asyncio.Semaphore(AT_A_TIME)
        said = await asyncio.gather(*(self._said_by(person, places) for person in people))
        return tuple(each for thread in said for each in thread)

    async def arrivals(self, addresses: Iterable[str]) -> tuple[Arrival, ...]:
        """What really arrived at these customers, in order."""
        wanted = set(addresses)
        delivered = [each async for each in self._pages("/control/outbox", "deliveries")]
        return tuple(_arrival(each) for each in delivered if each["customer"] in wanted)

    async def under_way(self) -> int:
        """How many webhooks and messages have not reached their end."""
        return int((await self._get("/control/state"))["counts"]["under_way"])

    async def _watch(self) -> None:
        while True:
            with suppress(httpx2.HTTPError):
                await self._look()
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        pages = self._pages("/control/webhooks", "webhooks", after=self._seen, purpose="inbound")
        async for each in pages:
            self._seen = each["position"]
            self._attempts[each["message_id"]].append(_attempt(each))

    async def _said_by(self, person: Person, places: asyncio.Semaphore) -> list[Utterance]:
        which = {
            "provider": person.messenger.provider,
            "business": person.messenger.business(self._stack),
            "customer": person.address,
            "limit": PAGE,
        }
        async with places:
            thread = (await self._get("/control/thread", **which))["messages"]
        can_be_asked_for = person.messenger.lists_what_it_took
        inbound = (each for each in thread if each["direction"] == "inbound")
        return [self._utterance(each, can_be_asked_for=can_be_asked_for) for each in inbound]

    def _utterance(self, said: dict[str, Any], *, can_be_asked_for: bool) -> Utterance:
        return Utterance(
            customer=said["customer"],
            provider_id=said["message_id"],
            text=said["text"],
            said_at=datetime.fromisoformat(said["created_at"]),
            attempts=tuple(self._attempts[said["message_id"]]),
            can_be_asked_for=can_be_asked_for,
        )

    async def _pages(
        self, path: str, name: str, *, after: int = 0, **which: str
    ) -> AsyncIterator[dict[str, Any]]:
        start: int | None = after
        while start is not None:
            page = await self._get(path, after=start, limit=PAGE, **which)
            for each in page[name]:
                yield each
            start = page["next_after"]

    async def _get(self, path: str, **which: str | int) -> dict[str, Any]:
        answer = (await self._client.get(path, params=which)).raise_for_status()
        content: dict[str, Any] = answer.json()
        return content


class Database:
    """PostgreSQL, asked in plain SQL."""

    def __init__(self, stack: Stack) -> None:
        self._conninfo = stack.conninfo

    async def conversations(self, addresses: Iterable[str]) -> list[dict[str, Any]]:
        """Every conversation these customers ever had."""
        return await self._rows(CONVERSATIONS, customers=list(addresses))

    async def lines(self, addresses: Iterable[str]) -> tuple[Line, ...]:
        """Everything that stands in their transcripts."""
        rows = await self._rows(LINES, customers=list(addresses))
        return tuple(Line(**row) for row in rows)

    async def unfinished(self) -> int:
        """Mail that no workflow has, and replies whose fate is open."""
        return int(next(iter((await self._rows(UNFINISHED))[0].values())))

    async def _rows(self, query: str, **facts: object) -> list[dict[str, Any]]:
        connect = psycopg.AsyncConnection.connect(
            self._conninfo, row_factory=dict_row, autocommit=True, connect_timeout=5
        )
        async with await connect as connection:
            return await (await connection.execute(query.encode(), facts)).fetchall()


class Workflows:
    """Temporal, asked for the workflow behind each conversation."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def behind(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Conversation, ...]:
        """The conversations with what Temporal says of them."""
        return tuple(await asyncio.gather(*(self._behind(row) for row in rows)))

    async def _behind(self, row: Mapping[str, Any]) -> Conversation:
        known = {name: value for name, value in row.items() if name not in {"channel", "closed_at"}}
        conversation = Conversation(**known, workflow_status=None)
        workflow_id = f"conversation/{row['channel']}/{row['conversation_id']}"
        handle = self._client.get_workflow_handle(workflow_id)
        async with self._places:
            try:
                status = (await handle.describe(rpc_timeout=ANSWER_WITHIN)).status
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return conversation
                raise
            if status is not WorkflowExecutionStatus.RUNNING:
                return replace(conversation, workflow_status=status.name if status else None)
            try:
                told = await handle.query(
                    "status", rpc_timeout=ANSWER_WITHIN, result_type=dict[str, Any]
                )
            except (RPCError, WorkflowQueryFailedError) as error:
                return replace(conversation, workflow_status=RUNNING, workflow_state=f"stuck: {error}")
        return replace(
            conversation,
            workflow_status=RUNNING,
            workflow_state=told["state"],
            workflow_handled=told["handled"],
        )


def _attempt(logged: Mapping[str, Any]) -> Attempt:
    began = datetime.fromisoformat(logged["started_at"])
    took = timedelta(milliseconds=logged["duration_ms"])
    return Attempt(began=began, ended=began + took, status=logged["status_code"])


def _arrival(delivery: Mapping[str, Any]) -> Arrival:
    return Arrival(
        customer=delivery["customer"],
        position=delivery["position"],
        message_id=_OUR_ID[delivery["provider"]](delivery),
        text=delivery["text"],
        by_reply_token=delivery["provider"] == "line" and delivery["via"] == "reply",
    )


def named(arrivals: Iterable[Arrival], lines: Iterable[Line]) -> tuple[Arrival, ...]:
    """With a reply token LINE is told no id of ours; there the text names it, which no other has."""
    ids = {(line.customer, line.text): line.message_id for line in lines if not line.is_inbound}
    return tuple(
        replace(each, message_id=ids.get((each.customer, each.text))) if each.by_reply_token else each
        for each in arrivals
    )


def _told_in_callback(delivery: Mapping[str, Any]) -> str | None:
    query = urlsplit(delivery["callback_url"] or "").query
    return parse_qs(query).get("message_id", [None])[0]


_OUR_ID: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "twilio": _told_in_callback,
    "line": lambda delivery: delivery["details"].get("retry_key"),
    "gbm": lambda delivery: delivery["message_id"],
    "rcs": lambda delivery: delivery["message_id"],
}
"""Where each provider keeps it."""
