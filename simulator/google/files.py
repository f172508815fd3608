"""Files: what customers sent, at signed addresses that end, and what businesses uploaded."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any, Final

import httpx2
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from simulator.google.auth import RcsCaller, misbehave
from simulator.google.content import JsonBody
from simulator.google.errors import GoogleError
from simulator.google.ids import new_media_id
from simulator.records import Account, Media, Message
from simulator.simulation import Simulation, SimulationOf
from simulator.utterance import Upload

LIFE: Final = timedelta(days=7)
LARGEST: Final = 16 * 1024 * 1024
PATH: Final = "/google-storage"
_UPLOADED: Final = "upload"
router = APIRouter()


@router.get(PATH + "/{media_id}")
async def fetch_file(media_id: str, request: Request, sim: SimulationOf) -> Response:
    """Good for whoever knows the address, for seven days."""
    media, content = sim.world.shelf.find(media_id), sim.world.shelf.read(media_id)
    account = sim.world.accounts.get(media.account_id) if media else None
    if media is None or content is None or account is None:
        return Response("NoSuchKey", status_code=404)
    query = request.query_params
    genuine = hmac.compare_digest(
        query.get("x-goog-signature", "").encode(), _seal(account, media).encode()
    )
    if not genuine or sim.clock.now() > media.created_at + LIFE:
        return Response("ExpiredToken", status_code=400)
    return Response(content, media_type=media.content_type)


@router.post("/upload/v1/files", dependencies=[Depends(misbehave)])
async def upload(request: Request, account: RcsCaller, sim: SimulationOf) -> dict[str, Any]:
    """The bytes of a file, which messages may then show by its name."""
    content = await request.body()
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0]
    return _uploaded(sim, account, content, kind)


@router.post("/v1/files", dependencies=[Depends(misbehave)])
async def upload_by_url(account: RcsCaller, body: JsonBody, sim: SimulationOf) -> dict[str, Any]:
    """The same by an address."""
    fetched = await fetch(sim, str(body.get("fileUrl")))
    if fetched is None:
        raise GoogleError("INVALID_ARGUMENT", "The file could not be fetched.")
    return _uploaded(sim, account, *fetched)


async def fetch(sim: Simulation, url: str) -> tuple[bytes, str] | None:
    """Bytes and type of a business's file; None when it cannot be had."""
    try:
        content, answer = await sim.courier.fetch(url, max_bytes=LARGEST)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return None
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return (content, kind) if len(content) <= LARGEST else None


def put(
    sim: Simulation, message: Message, content: bytes, content_type: str, name: str | None = None
) -> Media:
    """Lay a message's file on the shelf."""
    media = Media(
        media_id=new_media_id(),
        message_id=message.message_id,
        account_id=message.account_id,
        content_type=content_type,
        size=len(content),
        file_name=name,
        created_at=sim.clock.now(),
    )
    sim.world.shelf.put(media, content)
    return media


def put_upload(sim: Simulation, message: Message, upload: Upload) -> Media:
    """The same for a customer's file."""
    return put(sim, message, upload.content, upload.content_type, upload.file_name)


def signed_url(sim: Simulation, media: Media, base_url: str) -> str:
    account = sim.world.accounts[media.account_id]
    expires = f"x-goog-expires={LIFE.days * 86_400}"
    algorithm = "x-goog-algorithm=GOOG4-RSA-SHA256"
    seal = f"x-goog-signature={_seal(account, media)}"
    return f"{base_url}{PATH}/{media.media_id}?{algorithm}&{expires}&{seal}"


def _uploaded(sim: Simulation, account: Account, content: bytes, kind: str) -> dict[str, Any]:
    if not content or len(content) > LARGEST:
        raise GoogleError("INVALID_ARGUMENT", "The file is empty or too large.")
    media = Media(
        media_id=new_media_id(),
        message_id=_UPLOADED,
        account_id=account.account_id,
        content_type=kind,
        size=len(content),
        created_at=sim.clock.now(),
    )
    sim.world.shelf.put(media, content)
    return {"name": f"files/{media.media_id}"}


def _seal(account: Account, media: Media) -> str:
    return hmac.new(account.auth_token.encode(), media.media_id.encode(), hashlib.sha256).hexdigest()
