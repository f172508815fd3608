"""The live stream of a customer's window: a WebSocket whose heartbeat says that they are there."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.chat.origins import ORIGIN_NOT_ALLOWED, require_origin
from api.chat.permission import permitted
from api.dependencies import services_of
from api.sockets import (
    CHECK_SESSION_EVERY,
    GOING_AWAY,
    POLICY_VIOLATION,
    TRY_AGAIN_LATER,
    send,
    until_one_ends,
)
from application.chats.connections import HEARTBEAT, SILENT_AT_MOST
from application.chats.feed import ChatFollower
from application.services import Chat
from domain.chats import ChatSession
from domain.errors import HoldfastError, NotAllowed, NotSignedIn, Refused

SUBPROTOCOL: Final = "holdfast.chat.v1"
HELLO_WITHIN: Final = timedelta(seconds=5)
LONGEST_FRAME: Final = 4_096
# Close codes of our own: see also those of every socket, and of origins.
TOKEN_NOT_VALID: Final = 4401

router = APIRouter()


class Hello(BaseModel):
    """What a window says first, because a browser cannot set headers."""

    type: Literal["hello"]
    token: str = Field(max_length=200, repr=False)
    cursor: str | None = Field(default=None, max_length=100)


class Ping(BaseModel):
    """I am still here."""

    type: Literal["ping"]


class Typing(BaseModel):
    """The customer writes, or has stopped."""

    type: Literal["typing"]
    is_typing: bool


class Read(BaseModel):
    """The customer has read everything up to there."""

    type: Literal["read"]
    seq: int = Field(ge=0, le=2**53)


Said: TypeAlias = Annotated[Ping | Typing | Read, Field(discriminator="type")]
_SAID: Final[TypeAdapter[Said]] = TypeAdapter(Said)


class Silence(Exception):
    """Nothing was heard for too long."""


class NotUnderstood(Exception):
    """That was no frame of ours."""


class Window:
    """One open socket: who is at it, what it follows, and the lease that says they are there."""

    def __init__(
        self, socket: WebSocket, chat: Chat, token: str, session: ChatSession, lease_id: UUID
    ) -> None:
        self._socket = socket
        self._chat = chat
        self._token = token
        self._session = session
        self._lease_id = lease_id

    async def tell(self, follower: ChatFollower) -> None:
        """Everything that waits here is one page of events: a slow window costs no more than that."""
        clock = asyncio.get_running_loop().time
        check_at = clock() + CHECK_SESSION_EVERY.total_seconds()
        while True:
            for frame in await follower.next():
                await send(self._socket, frame.model_dump_json())
            if clock() >= check_at:
                check_at = clock() + CHECK_SESSION_EVERY.total_seconds()
                self._session = await self._chat.sessions.authenticate(self._token)

    async def hear(self, follower: ChatFollower) -> None:
        """Whatever it says, it is there, and has what it was told before."""
        while True:
            said = await self._next()
            self._chat.limits.per_session.require(self._session.session_id)
            await follower.confirm()
            with contextlib.suppress(Refused):
                await self._obey(said, follower)

    async def _next(self) -> Said | None:
        try:
            async with asyncio.timeout(SILENT_AT_MOST.total_seconds()):
                text = await _text(self._socket)
        except TimeoutError as error:
            raise Silence from error
        return _understood(text)

    async def _obey(self, said: Said | None, follower: ChatFollower) -> None:
        chat, conversation_id = self._chat, follower.conversation_id
        match said:
            case Ping():
                await chat.connections.renew(self._session, self._lease_id)
                await send(self._socket, '{"type":"pong"}')
            case Typing(is_typing=is_typing) if conversation_id is not None:
                await chat.chatting.typing(self._session, conversation_id, is_typing=is_typing)
            case Read(seq=seq) if conversation_id is not None:
                await chat.chatting.read(self._session, conversation_id, seq)
            case _:  # a newer window may say what we do not know
                pass


@router.websocket("/chat/v1/events")
async def events(socket: WebSocket) -> None:
    """Tell what happens in the chat until somebody leaves."""
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    with contextlib.suppress(WebSocketDisconnect):
        try:
            await _serve(socket, services_of(socket).engine.chat)
        except NotSignedIn as error:
            await socket.close(TOKEN_NOT_VALID, error.code)
        except NotAllowed as error:
            await socket.close(ORIGIN_NOT_ALLOWED, error.code)
        except NotUnderstood:
            await socket.close(POLICY_VIOLATION, "not understood")
        except Silence:
            await socket.close(GOING_AWAY, "no heartbeat")
        except (HoldfastError, TimeoutError):
            await socket.close(TRY_AGAIN_LATER, "resume with your last cursor")


async def _serve(socket: WebSocket, chat: Chat) -> None:
    await permitted(socket)
    hello = await _hello(socket)
    session = await chat.sessions.authenticate(hello.token)
    require_origin(socket, session.widget_id)
    async with (
        chat.connections.held(session) as lease_id,
        chat.feed.follow(session, hello.cursor) as follower,
    ):
        await send(socket, _welcome(follower.cursor))
        window = Window(socket, chat, hello.token, session, lease_id)
        await until_one_ends(window.tell(follower), window.hear(follower))


async def _hello(socket: WebSocket) -> Hello:
    try:
        async with asyncio.timeout(HELLO_WITHIN.total_seconds()):
            return Hello.model_validate_json(await _text(socket))
    except (TimeoutError, ValidationError) as error:
        raise NotSignedIn('Send {"type": "hello", "token": "…"} as the first frame.') from error


def _welcome(cursor: str | None) -> str:
    seconds = int(HEARTBEAT.total_seconds())
    shown = f'"{cursor}"' if cursor else "null"
    return f'{{"type":"welcome","cursor":{shown},"heartbeat_seconds":{seconds}}}'


def _understood(text: str) -> Said | None:
    """None: a type of frame that is not known here."""
    try:
        return _SAID.validate_json(text)
    except ValidationError as error:
        if all(each["type"].startswith("union_tag") for each in error.errors()):
            return None
        raise NotUnderstood from error


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", GOING_AWAY))
    text = message.get("text")
    if not isinstance(text, str) or len(text) > LONGEST_FRAME:
        raise NotUnderstood
    return text
