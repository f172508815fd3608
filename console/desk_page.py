"""The page at /agent: one for every conversation, so that each has an address."""

import asyncio
from typing import Final

from fastapi import Request
from nicegui import Client, ui
from nicegui.events import GenericEventArguments
from pydantic import TypeAdapter, ValidationError

from application.desk import viewer_of
from console import assets
from console.hands import Hands
from console.layout import Uses
from console.live import Live
from console.offers import OwnOffers
from console.presence import OwnPresence
from console.session import CurrentAgent, UseServices, reader_of, token_of
from console.team import Team
from console.why import Why
from console.workplace import Workplace
from domain.ids import ConversationId

_SEEN: Final = TypeAdapter(dict[ConversationId, int])
_HEAD: Final = "".join(
    f'<link rel="stylesheet" href="{assets.address(f"{name}.css")}">'
    f'<script src="{assets.address(f"{name}.js")}"></script>'
    for name in ("console", "offers")
)
_ASK_WITHIN: Final = 10.0


async def desk_page(
    client: Client, request: Request, caller: CurrentAgent, services: UseServices
) -> None:
    """Built once per visit; from then on the live feed keeps it up to date."""
    ui.add_head_html(_HEAD)
    reader = await reader_of(request, services.access, caller)
    place = Workplace(client, services, token_of(request), reader)
    hands, presence, why = Hands(place), OwnPresence(place), Why(place)
    offers = OwnOffers(place, hands.read)
    team = Team(place)
    place.build(Uses(acting=hands, being=presence, answering=offers, asking=why, teaming=team))
    place.companions = (offers, why, team)
    feed = services.engine.live_feed
    # First the place in the stream, then what there is: what happens in between comes again.
    async with feed.follow(viewer_of(caller), None) as follower:
        cursor = follower.cursor
    await place.begin(caller, request.url.path)
    await presence.begin(caller)
    ui.on("holdfast_path", lambda event: _went(place, event))
    ui.on("holdfast_typing", lambda event: hands.typing(str(event.args)))
    ui.on("holdfast_read", lambda event: hands.read(str(event.args)))
    ui.on("holdfast_offer_shown", lambda event: offers.shown(str(event.args)))
    _keep_up(client, place, offers, Live(feed, place.identify, place, cursor))
    _be_there(client, place)


def routes() -> None:
    """Make the page known to NiceGUI."""
    for path in ("/", "/conversations/{conversation_id}"):
        ui.page(path)(desk_page)


async def _went(place: Workplace, event: GenericEventArguments) -> None:
    await place.go(str(event.args))


def _keep_up(client: Client, place: Workplace, offers: OwnOffers, live: Live) -> None:
    """From the first connection until the page is closed; a broken one in between is waited for."""
    running: list[asyncio.Task[None]] = []

    async def follow() -> None:
        with client:
            await offers.begin()
            await _remember_seen(client, place)
            await live.run()

    def begin() -> None:
        if not running:
            running.append(asyncio.create_task(follow(), name=f"console {client.id}"))

    def end() -> None:
        for task in running:
            task.cancel()

    client.on_connect(begin)
    client.on_delete(end)


def _be_there(client: Client, place: Workplace) -> None:
    """For as long as a browser shows the page; the page itself outlives a broken connection."""
    windows: list[asyncio.Task[None]] = []

    def opened() -> None:
        windows.append(asyncio.create_task(place.attend(), name=f"window {client.id}"))

    def closed() -> None:
        if windows:
            windows.pop().cancel()

    client.on_connect(opened)
    client.on_disconnect(closed)


async def _remember_seen(client: Client, place: Workplace) -> None:
    """Only this browser knows; if it does not say, everything from customers is new."""
    try:
        seen = await client.run_javascript("return holdfast.seen()", timeout=_ASK_WITHIN)
        place.remember_seen(_SEEN.validate_python(seen or {}))
    except (TimeoutError, ValidationError):
        return
