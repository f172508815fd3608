"""The live stream of an agent: a WebSocket that resumes where it broke off."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from api.dependencies import services_of
from api.sockets import (
    CHECK_SESSION_EVERY,
    POLICY_VIOLATION,
    TRY_AGAIN_LATER,
    send,
    until_one_ends,
)
from application.access import require
from application.desk import viewer_of
from application.live_events import Follower
from application.services import Services
from application.windows import Identify
from domain.configuration import Caller, Scope
from domain.errors import HoldfastError, InvalidInput, NotAllowed, NotSignedIn

SIGN_IN_WITHIN: Final = timedelta(seconds=10)
HEARTBEAT_EVERY: Final = timedelta(seconds=15)

router = APIRouter()


class FirstFrame(BaseModel):
    """What a browser sends first, because it cannot set headers."""

    token: str


@router.websocket("/agent/v1/events")
async def events(
    socket: WebSocket, cursor: Annotated[str | None, Query(max_length=100)] = None
) -> None:
    """Tell what happens after `cursor`, or from now on, until somebody leaves."""
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        try:
            await _serve(socket, services_of(socket), cursor)
        except (NotSignedIn, NotAllowed, InvalidInput) as error:
            await socket.close(POLICY_VIOLATION, error.code)
        except (HoldfastError, TimeoutError):
            await socket.close(TRY_AGAIN_LATER, "resume with your last cursor")


async def _serve(socket: WebSocket, services: Services, cursor: str | None) -> None:
    token = await _token(socket)
    identify = partial(_agent, services, token)
    viewer = viewer_of(await identify())
    async with (
        services.engine.live_feed.follow(viewer, cursor) as follower,
        services.engine.windows.open(token, identify),
    ):
        await send(socket, f'{{"type":"ready","cursor":"{follower.cursor}"}}')
        telling = _tell(socket, identify, follower)
        await until_one_ends(telling, _until_they_leave(socket))


async def _token(socket: WebSocket) -> str:
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    try:
        async with asyncio.timeout(SIGN_IN_WITHIN.total_seconds()):
            return FirstFrame.model_validate_json(await socket.receive_text()).token
    except (TimeoutError, ValidationError, KeyError) as error:
        raise NotSignedIn('Send {"token": "…"} as the first frame.') from error


async def _agent(services: Services, token: str) -> Caller:
    caller = await services.access.authenticate(token)
    require(caller, [Scope.AGENT])
    return caller


async def _tell(socket: WebSocket, identify: Identify, follower: Follower) -> None:
    """Everything that waits here is one page of events: a slow client costs no more than that."""
    clock = asyncio.get_running_loop().time
    beat_at = clock() + HEARTBEAT_EVERY.total_seconds()
    check_at = clock() + CHECK_SESSION_EVERY.total_seconds()
    while True:
        for event in await follower.next():
            await send(socket, event.model_dump_json())
        if clock() >= beat_at:
            beat_at = clock() + HEARTBEAT_EVERY.total_seconds()
            await send(socket, '{"type":"heartbeat"}')
        if clock() >= check_at:
            check_at = clock() + CHECK_SESSION_EVERY.total_seconds()
            follower.viewer = viewer_of(await identify())


async def _until_they_leave(socket: WebSocket) -> None:
    """Nothing a client says after the first frame matters, but that it left does."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
