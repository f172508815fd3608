"""The phone page: a chat as a customer sees it, with live updates."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse

from simulator.simulation import Simulation, SimulationOf

STATIC: Final = Path(__file__).parent / "static"
# What a browser may show in place; everything else is offered for download.
_SHOWN_INLINE: Final = ("image/png", "image/jpeg", "image/webp", "image/gif", "audio/", "video/")
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-ancestors 'self'"
)
router = APIRouter(include_in_schema=False)


@router.get("/")
@router.get("/phone/{customer}")
async def page() -> FileResponse:
    return FileResponse(
        STATIC / "phone.html", headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    )


@router.get("/livez")
async def livez() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/feed")
async def feed(sim: SimulationOf) -> StreamingResponse:
    return StreamingResponse(
        _events(sim), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@router.get("/media/{media_id}")
async def media(media_id: str, sim: SimulationOf) -> Response:
    found, content = sim.world.shelf.find(media_id), sim.world.shelf.read(media_id)
    if found is None or content is None:
        return Response(status_code=404)
    shown = found.content_type.startswith(_SHOWN_INLINE)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Content-Disposition": "inline" if shown else "attachment",
    }
    return Response(content, media_type=found.content_type, headers=headers)


async def _events(sim: Simulation) -> AsyncIterator[str]:
    async for news in sim.feed.listen():
        yield f"data: {json.dumps(news, ensure_ascii=False)}\n\n"
