"""Where LINE issues access tokens (https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token)."""

import hmac
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from simulator.line.auth import STATELESS_SECONDS, issue, line_account, misbehave
from simulator.simulation import SimulationOf

router = APIRouter(dependencies=[Depends(misbehave)])


@router.post("/oauth2/v3/token", response_model=None)
async def issue_stateless(request: Request, sim: SimulationOf) -> dict[str, Any] | Response:
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    account = line_account(sim, form.get("client_id", ""))
    secret = form.get("client_secret", "").encode()
    if form.get("grant_type") != "client_credentials":
        return _refusal("unsupported_grant_type")
    if account is None or not hmac.compare_digest(secret, account.auth_token.encode()):
        return _refusal("invalid_client")
    expires = int(sim.clock.now().timestamp()) + STATELESS_SECONDS
    return {
        "token_type": "Bearer",
        "access_token": issue(account, expires),
        "expires_in": STATELESS_SECONDS,
    }


def _refusal(error: str) -> Response:
    return JSONResponse({"error": error, "error_description": error}, status_code=400)
