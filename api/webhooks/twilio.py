"""What Twilio calls. A body is verified as it came, before anything of it is looked at."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.webhooks.receiving import receive
from domain.channels import ChannelName
from domain.ids import AccountId

# Twilio sends about 3 KB; a message has at most 1,600 characters.
MAX_BODY: Final = 64 * 1024

router = APIRouter(prefix="/webhooks/twilio", tags=["providers"])


@router.post("/{account_id}/messages", response_class=Response, max_body_size=MAX_BODY)
async def messages(account_id: AccountId, request: Request) -> Response:
    """A customer wrote."""
    return await receive(ChannelName.WHATSAPP, account_id, request)


@router.post("/{account_id}/status", status_code=204, max_body_size=MAX_BODY)
async def status(account_id: AccountId, request: Request) -> None:
    """What became of a message of ours."""
    await receive(ChannelName.WHATSAPP, account_id, request)
