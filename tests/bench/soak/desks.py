"""An agent's desk: takes its share of the chats, hears all of them, and answers every message."""

import asyncio
import time
from collections import defaultdict
from http import HTTPStatus
from itertools import count
from typing import Any, Final
from uuid import uuid4

import httpx2
from websockets.asyncio.client import connect

from tests.bench.soak.line import Frame, Line, delay
from tests.stack import Stack

AT_A_TIME: Final = 2
"""Replies of one desk that are under way: people write one after the other."""
OPEN_WITHIN: Final = 30.0
PATIENCE: Final = 300.0
BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
CONVERSATIONS: Final = "/agent/v1/conversations"
PAGE: Final = 100


class Desk:
    """One agent, signed in."""

    def __init__(self, stack: Stack, agent_id: str, http: httpx2.AsyncClient) -> None:
        self.agent_id = agent_id
        self.taken: set[str] = set()
        self.heard: defaultdict[str, list[str]] = defaultdict(list)
        """What customers said, by chat, as often as it was told."""
        self.seen: dict[str, float] = {}
        self.began: dict[str, float] = {}
        self.replies: defaultdict[str, list[str]] = defaultdict(list)
        """What was accepted, by chat."""
        self.refused: list[str] = []
        self.line = Line(self._dial, self._take)
        self._url = stack.api.replace("http", "ws", 1) + "/agent/v1/events"
        self._http = http
        self._places = asyncio.Semaphore(AT_A_TIME)
        self._work: set[asyncio.Task[None]] = set()

    async def take(self, chat: str) -> None:
        """As soon as it waits; from then on everything in it is answered, also what was said before."""
        await self._insist(f"{chat}/accept", None, refusals=())
        self.taken.add(chat)
        for text in self.heard[chat]:
            self._answer(chat, text)

    async def finish(self) -> None:
        """Until everything that was heard is answered."""
        while self._work:
            await asyncio.gather(*self._work)

    async def read(self, chat: str) -> tuple[str, ...]:
        """The transcript as the agent reads it."""
        lines: list[Frame] = []
        query: dict[str, Any] = {"limit": PAGE}
        while True:
            answer = await self._http.get(f"{CONVERSATIONS}/{chat}/messages", params=query)
            page = answer.raise_for_status().json()
            lines += page["items"]
            if not page["next_cursor"]:
                return tuple(_text(each) for each in lines if each["author"] in ("customer", "agent"))
            query["cursor"] = page["next_cursor"]

    async def end(self, chat: str) -> None:
        """The matter is settled; if it is already, all the better."""
        await self._insist(f"{chat}/end", None)

    async def close(self, chat: str) -> None:
        await self._insist(f"{chat}/close-session", None)

    def _take(self, frame: Frame) -> None:
        if frame["type"] != "message_added" or frame["message"]["author"] != "customer":
            return
        chat, text = frame["conversation_id"], _text(frame["message"])
        self.heard[chat].append(text)
        self.seen.setdefault(text, time.monotonic())
        if chat in self.taken:
            self._answer(chat, text)

    def _answer(self, chat: str, text: str) -> None:
        work = asyncio.create_task(self._reply(chat, f"{text}, answered"))
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _reply(self, chat: str, text: str) -> None:
        async with self._places:
            self.began[text] = time.monotonic()
            answer = await self._insist(f"{chat}/messages", {"text": text})
        if answer.is_success:
            self.replies[chat].append(text)
        else:
            self.refused.append(answer.text)

    async def _insist(
        self, path: str, body: Any, *, refusals: tuple[int, ...] = (HTTPStatus.CONFLICT,)
    ) -> httpx2.Response:
        """The same request until it is done, or refused for good."""
        key, deadline = {"Idempotency-Key": str(uuid4())}, time.monotonic() + PATIENCE
        for failures in count():
            answer = await self._http.post(f"{CONVERSATIONS}/{path}", json=body, headers=key)
            if answer.is_success or (answer.status_code in refusals and not _is_under_way(answer)):
                return answer
            assert time.monotonic() < deadline, answer.text
            key = key if _is_under_way(answer) else {"Idempotency-Key": str(uuid4())}
            await asyncio.sleep(delay(failures))
        raise AssertionError

    def _dial(self, cursor: str | None) -> connect:
        query = f"?cursor={cursor}" if cursor else ""
        headers = {"Authorization": str(self._http.headers["Authorization"])}
        return connect(
            self._url + query, additional_headers=headers, open_timeout=OPEN_WITHIN, proxy=None
        )


def _is_under_way(answer: httpx2.Response) -> bool:
    return answer.status_code in BUSY or (
        answer.is_client_error and answer.json()["code"] == "conflict"
    )


def _text(message: Frame) -> str:
    return str(message["content"]["text"])
