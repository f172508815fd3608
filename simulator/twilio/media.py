"""Twilio's Media API, and the content delivery network it redirects to.

https://www.twilio.com/docs/messaging/api/media-resource
"""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from simulator.records import Account, Media
from simulator.simulation import BaseUrl, SimulationOf
from simulator.twilio.auth import AddressedAccount, misbehave
from simulator.twilio.errors import TwilioError
from simulator.twilio.messages import ACCOUNT, message_of
from simulator.twilio.resources import media_resource
from simulator.twilio.signature import sign

CDN_LIFETIME: Final = timedelta(hours=4)
MEDIA: Final = ACCOUNT + "/Messages/{message_sid}/Media"
router = APIRouter(dependencies=[Depends(misbehave)])
cdn = APIRouter()


@router.get(MEDIA + ".json")
async def list_media(account: AddressedAccount, message_sid: str, sim: SimulationOf) -> dict[str, Any]:
    message = message_of(sim, account, message_sid)
    found = [sim.world.shelf.find(media_id) for media_id in message.media]
    return {
        "media_list": [media_resource(media) for media in found if media is not None],
        "page": 0,
        "page_size": 50,
        "next_page_uri": None,
    }


@router.get(MEDIA + "/{media_sid}.json")
async def fetch_media(
    account: AddressedAccount, message_sid: str, media_sid: str, sim: SimulationOf
) -> dict[str, Any]:
    return media_resource(_media_of(sim, account, message_sid, media_sid))


@router.get(MEDIA + "/{media_sid}")
async def redirect_to_content(
    account: AddressedAccount, message_sid: str, media_sid: str, sim: SimulationOf, base_url: BaseUrl
) -> Response:
    media = _media_of(sim, account, message_sid, media_sid)
    expires = int((sim.clock.now() + CDN_LIFETIME).timestamp())
    ticket = quote(_ticket(account, media, expires), safe="")
    return RedirectResponse(
        f"{base_url}/cdn/{media.media_id}?Expires={expires}&Signature={ticket}", 307
    )


@router.delete(MEDIA + "/{media_sid}.json", status_code=204)
async def delete_media(
    account: AddressedAccount, message_sid: str, media_sid: str, sim: SimulationOf
) -> Response:
    sim.world.shelf.drop(_media_of(sim, account, message_sid, media_sid).media_id)
    return Response(status_code=204)


@cdn.get("/cdn/{media_sid}")
async def download(media_sid: str, request: Request, sim: SimulationOf) -> Response:
    """Refuses credentials, as a storage behind signed links does: whoever sends them leaks them."""
    if "authorization" in request.headers:
        return JSONResponse({"error": "Only one auth mechanism allowed"}, status_code=400)
    media, content = sim.world.shelf.find(media_sid), sim.world.shelf.read(media_sid)
    if media is None or content is None:
        return JSONResponse({"error": "NoSuchKey"}, status_code=404)
    if not _is_valid(request, sim, media):
        return JSONResponse({"error": "AccessDenied"}, status_code=403)
    headers = {"Content-Disposition": _disposition(media)} if media.file_name else {}
    return Response(content, media_type=media.content_type, headers=headers)


def _is_valid(request: Request, sim: SimulationOf, media: Media) -> bool:
    account = sim.world.accounts.get(media.account_id)
    expires = request.query_params.get("Expires", "")
    if account is None or not expires.isdecimal() or int(expires) < sim.clock.now().timestamp():
        return False
    return request.query_params.get("Signature") == _ticket(account, media, int(expires))


def _ticket(account: Account, media: Media, expires: int) -> str:
    return sign(account.auth_token, media.media_id, {"Expires": str(expires)})


def _media_of(sim: SimulationOf, account: Account, message_sid: str, media_sid: str) -> Media:
    message = message_of(sim, account, message_sid)
    media = sim.world.shelf.find(media_sid)
    if media is None or media_sid not in message.media:
        raise TwilioError(20404)
    return media


def _disposition(media: Media) -> str:
    return f"inline; filename*=UTF-8''{quote(media.file_name or '', safe='')}"
