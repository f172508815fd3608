"""What Google calls, for Business Messages and for RCS for Business."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.webhooks.receiving import receive
from domain.channels import ChannelName
from domain.ids import AccountId

# One event each, with files as addresses; this is far more than the longest text needs.
MAX_BODY: Final = 1024 * 1024

router = APIRouter(prefix="/webhooks", tags=["providers"])


@router.post("/google-business-messages/{account_id}", response_class=Response, max_body_size=MAX_BODY)
async def business_messages(account_id: AccountId, request: Request) -> Response:
    """A customer wrote, a message of ours arrived, or an admin has the address verified."""
    return await receive(ChannelName.GOOGLE_BUSINESS_MESSAGES, account_id, request)


@router.post("/rcs/{account_id}", response_class=Response, max_body_size=MAX_BODY)
async def rcs(account_id: AccountId, request: Request) -> Response:
    """The same for RCS."""
    return await receive(ChannelName.RCS, account_id, request)
