"""What Twilio calls. A body is verified as it came, before anything of it is looked at."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.dependencies import UseEngine
from channels.base import WebhookRequest
from domain.channels import ChannelName
from domain.ids import AccountId

# Twilio sends about 3 KB; a message has at most 1,600 characters.
MAX_BODY: Final = 64 * 1024

router = APIRouter(prefix="/webhooks/twilio", tags=["providers"])


async def as_sent(request: Request, engine: UseEngine) -> WebhookRequest:
    """The request as Twilio made it: its signature covers our public address, not a proxy's."""
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    return WebhookRequest(
        method=request.method,
        url=engine.public_url + target.decode("latin-1"),
        headers=dict(request.headers),
        body=await request.body(),
    )


AsSent = Annotated[WebhookRequest, Depends(as_sent)]


@router.post("/{account_id}/messages", response_class=Response, max_body_size=MAX_BODY)
async def messages(account_id: AccountId, request: AsSent, engine: UseEngine) -> Response:
    """A customer wrote."""
    channel = engine.channels[ChannelName.WHATSAPP]
    answer = await engine.intake.receive(account_id, channel, request)
    return Response(answer.body, answer.status, media_type=answer.content_type)


@router.post("/{account_id}/status", status_code=204, max_body_size=MAX_BODY)
async def status(account_id: AccountId, request: AsSent, engine: UseEngine) -> None:
    """What became of a message of ours."""
    await engine.intake.receive(account_id, engine.channels[ChannelName.WHATSAPP], request)
