"""GET /chat/v1/events: the same events as over the WebSocket, for networks that let none through."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel

from api.chat.routing import CurrentSession, UseChat, chat_router
from application.chats.feed import ChatFollower
from domain.chats import Frame

LONGEST_WAIT: Final = 30

router = chat_router()


class Events(BaseModel):
    """What happened. Ask for what comes after `cursor` next."""

    events: list[Frame]
    cursor: str | None


@router.get("/events")
async def events(
    session: CurrentSession,
    chat: UseChat,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT)] = 25,
) -> Events:
    """Answers at once when something has happened since, else when it does, or after `wait` seconds.

    The customer counts as connected until 20 seconds after that.
    """
    patience = timedelta(seconds=wait)
    await chat.connections.polls(session, patience)
    async with chat.feed.follow(session, cursor) as follower:
        follower.greets = False
        await follower.has_everything_so_far()
        return Events(events=await _some(follower, patience), cursor=follower.cursor)


async def _some(follower: ChatFollower, patience: timedelta) -> list[Frame]:
    clock = asyncio.get_running_loop().time
    until = clock() + patience.total_seconds()
    found: list[Frame] = await follower.next()
    while not found and (left := until - clock()) > 0:
        found = await follower.next(timedelta(seconds=left))
    return found or await follower.standing()
