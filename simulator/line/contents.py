"""Files of messages, and pictures of stickers.

https://developers.line.biz/en/reference/messaging-api/#get-content
"""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from simulator.line.auth import Bot, misbehave
from simulator.line.errors import LineError
from simulator.records import Endpoint, Message
from simulator.samples import sample_for
from simulator.simulation import Simulation, SimulationOf

PREPARED = "prepared"
router = APIRouter(dependencies=[Depends(misbehave)])
shop = APIRouter()


@router.get("/v2/bot/message/{message_id}/content", response_model=None)
async def content(message_id: str, endpoint: Bot, sim: SimulationOf) -> Response:
    """A video is prepared when somebody first asks for it: 202 until then."""
    message = _message(sim, endpoint, message_id)
    if not _is_ready(sim, message):
        return JSONResponse({}, status_code=202)
    media = sim.world.shelf.find(message.media[0])
    found = sim.world.shelf.read(message.media[0])
    if media is None or found is None:
        raise LineError(404, "Not found")
    return Response(found, media_type=media.content_type)


@router.get("/v2/bot/message/{message_id}/content/transcoding")
async def transcoding(message_id: str, endpoint: Bot, sim: SimulationOf) -> dict[str, Any]:
    message = _message(sim, endpoint, message_id)
    return {"status": "succeeded" if _is_ready(sim, message) else "processing"}


@shop.get("/stickershop/v1/sticker/{sticker_id}/android/sticker.png")
async def sticker(sticker_id: str) -> Response:
    """One picture for all of them."""
    if not sticker_id.isdecimal():
        return Response(status_code=404)
    return Response(sample_for("image").content, media_type="image/png")


def _message(sim: Simulation, endpoint: Endpoint, message_id: str) -> Message:
    message = sim.world.find_message(message_id)
    if message is None or message.business != endpoint.address or message.direction != "inbound":
        raise LineError(404, "Not found")
    if message.kind == "unsent":
        raise LineError(410, "The message was unsent")
    if not message.media or message.kind == "sticker":
        raise LineError(404, "Not found")
    return message


def _is_ready(sim: Simulation, message: Message) -> bool:
    if message.kind != "video" or PREPARED in message.details:
        return True
    details = {**message.details, PREPARED: "yes"}
    sim.world.amend_message(message.message_id, details=details)
    return False
