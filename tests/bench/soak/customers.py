"""A customer in a browser: what they write waits until it is confirmed, and their window resumes."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import httpx2
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.bench.soak.line import Frame, Line, delay
from tests.bench.soak.script import Script
from tests.stack import Stack

CHATS: Final = "/chat/v1/conversations"
OPEN_WITHIN: Final = 30.0
PROTOCOL: Final = Subprotocol("holdfast.chat.v1")
PAGE: Final = 100


class Customer:
    """One session, one chat, one window."""

    def __init__(self, name: str, stack: Stack, script: Script, http: httpx2.AsyncClient) -> None:
        self.name = name
        self.chat = ""
        self.said: list[str] = []
        """What was confirmed, in order."""
        self.began: dict[str, float] = {}
        self.repeated: set[str] = set()
        """What had to be sent more than once, because the connection was cut meanwhile."""
        self.seen: dict[str, float] = {}
        """When each text was told first."""
        self.repetitions: Counter[tuple[str, str]] = Counter()
        """How often one cursor told one message."""
        self.line = Line(self._dial, self._take)
        self.line.hello = self._hello
        self._url = stack.api.replace("http", "ws", 1) + "/chat/v1/events"
        self._http = http
        self._script = script
        self._dice = script.dice(name)
        self._token = ""
        self._shown: dict[str, Frame] = {}
        self._posting: asyncio.Task[httpx2.Response] | None = None
        self._reads: set[asyncio.Task[None]] = set()

    @property
    def shown(self) -> tuple[str, ...]:
        """The transcript in the window."""
        lines = sorted(self._shown.values(), key=lambda each: int(each["seq"]))
        return tuple(each["content"]["text"] for each in lines)

    async def begin(self, widget_id: str) -> None:
        """Open the page, and a chat in it."""
        opened = await self._post("/chat/v1/sessions", {"widget_id": widget_id})
        self._token = opened.raise_for_status().json()["session_token"]
        begun = await self._post(CHATS, {"pre_chat": {"name": self.name}})
        snapshot = begun.raise_for_status().json()
        self.chat = snapshot["conversation"]["conversation_id"]
        self.line.cursor = snapshot["cursor"]

    async def live(self, until: float) -> None:
        """Write now and then."""
        number = 0
        while (pause := self._dice.expovariate(1 / self._script.pause)) < until - time.monotonic():
            await asyncio.sleep(pause)
            await self.say(f"{self.name}: {number}")
            number += 1

    async def lose_connections(self, until: float) -> None:
        """Now and then: the window's, and that of what is being sent."""
        dice = self._script.dice(f"{self.name}'s line")
        while (lasts := dice.expovariate(1 / self._script.cut_every)) < until - time.monotonic():
            await asyncio.sleep(lasts)
            self.line.cut(self._script.absence(dice))
            if self._posting is not None:
                self._posting.cancel()

    async def say(self, text: str) -> None:
        """Until it is confirmed, under one name."""
        said = {"client_id": str(uuid4()), "text": text}
        self.began[text] = time.monotonic()
        failures = 0
        while not await self._is_taken(said):
            self.repeated.add(text)
            await asyncio.sleep(delay(failures))
            failures += 1
        self.said.append(text)

    async def kept(self) -> tuple[str, ...]:
        """The transcript as the server tells it, from the end to the beginning."""
        lines: list[Frame] = []
        query: dict[str, int] = {"limit": PAGE}
        while True:
            page = (await self._get(f"{CHATS}/{self.chat}/messages", query)).json()
            lines[:0] = page["messages"]
            if not page["has_more"]:
                return tuple(each["content"]["text"] for each in lines)
            query["before"] = lines[0]["seq"]

    async def end(self) -> None:
        (await self._post(f"{CHATS}/{self.chat}/end", {})).raise_for_status()

    async def _is_taken(self, said: dict[str, str]) -> bool:
        self._posting = asyncio.create_task(self._post(f"{CHATS}/{self.chat}/messages", said))
        answer = None
        with suppress(asyncio.CancelledError, httpx2.HTTPError):
            answer = await self._posting
        self._posting = None
        assert answer is None or not answer.is_client_error, answer.text
        return answer is not None and answer.is_success

    def _dial(self, _cursor: str | None) -> connect:
        return connect(self._url, subprotocols=[PROTOCOL], open_timeout=OPEN_WITHIN, proxy=None)

    def _hello(self, cursor: str | None) -> Frame:
        return {"type": "hello", "token": self._token, "cursor": cursor}

    def _take(self, frame: Frame) -> None:
        if frame["type"] == "message":
            self.repetitions[frame["cursor"], frame["message"]["message_id"]] += 1
            self._show(frame["message"])
        if frame["type"] == "reset":
            self.line.cursor = frame["snapshot"]["cursor"]
            for message in frame["snapshot"]["messages"]:
                self._show(message)

    def _show(self, message: Frame) -> None:
        is_new = message["message_id"] not in self._shown
        self._shown[message["message_id"]] = message
        self.seen.setdefault(message["content"]["text"], time.monotonic())
        if is_new and message["author"] != "customer":
            reading = asyncio.create_task(self.line.say({"type": "read", "seq": message["seq"]}))
            self._reads.add(reading)
            reading.add_done_callback(self._reads.discard)

    async def _post(self, path: str, body: Any) -> httpx2.Response:
        return await self._http.post(path, json=body, headers=self._headers)

    async def _get(self, path: str, query: dict[str, int]) -> httpx2.Response:
        answer = await self._http.get(path, params=query, headers=self._headers)
        return answer.raise_for_status()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}
