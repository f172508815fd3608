"""What LINE calls. It gives up after two seconds, so nothing here waits for anybody but PostgreSQL."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.webhooks.receiving import receive
from domain.channels import ChannelName
from domain.ids import AccountId

# One request may carry many events, of many customers.
MAX_BODY: Final = 2 * 1024 * 1024

router = APIRouter(prefix="/webhooks/line", tags=["providers"])


@router.post("/{account_id}", response_class=Response, max_body_size=MAX_BODY)
async def events(account_id: AccountId, request: Request) -> Response:
    """Customers did something, or LINE looks whether we are there."""
    return await receive(ChannelName.LINE, account_id, request)
