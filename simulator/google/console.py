"""What an admin does in Google's console: have a webhook verified."""

import secrets

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from simulator.google.stand_in import GoogleStandIn
from simulator.records import Provider, WebhookAttempt
from simulator.utterance import NotPossible, Order

router = APIRouter(prefix="/control/google", tags=["control"])


class VerifyOrder(Order):
    """Which agent's webhook."""

    provider: Provider
    business: str = Field(min_length=1, max_length=250)
    secret: str | None = Field(default=None, min_length=1, max_length=100)
    """By default one that nobody could guess."""


class Verified(BaseModel):
    """Whether the application answered with the secret, and nothing else."""

    verified: bool
    webhook: WebhookAttempt


@router.post("/verify")
async def verify(order: VerifyOrder, request: Request) -> Verified:
    stand_in = request.app.state.stand_ins.get(order.provider)
    if not isinstance(stand_in, GoogleStandIn):
        raise NotPossible(f"{order.provider} has no console of Google's.")
    secret = order.secret or secrets.token_hex(8)
    endpoint = stand_in.endpoint(stand_in.address_of(order.business))
    attempt = (await stand_in.verify(endpoint, secret))[-1]
    is_plain = (attempt.content_type or "").startswith("text/plain")
    answered = attempt.status_code == 200 and attempt.answer == secret  # noqa: PLR2004
    return Verified(verified=answered and is_plain, webhook=attempt)
