"""Where LINE issues, lists and revokes access tokens.

https://developers.line.biz/en/reference/messaging-api/#channel-access-token
"""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from simulator.line import assertions
from simulator.line.assertions import Refused
from simulator.line.auth import STATELESS_SECONDS, issue, line_account, misbehave
from simulator.line.issued import LONGEST_LIFE, MOST_VALID
from simulator.line.stand_in import line_of
from simulator.records import Account
from simulator.simulation import BaseUrl, Simulation, SimulationOf

router = APIRouter(dependencies=[Depends(misbehave)])


@router.post("/oauth2/v3/token", response_model=None)
async def issue_stateless(request: Request, sim: SimulationOf) -> dict[str, Any] | Response:
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        return _refusal("unsupported_grant_type")
    account = _owner(sim, form)
    if account is None:
        return _refusal("invalid_client")
    expires = int(sim.clock.now().timestamp()) + STATELESS_SECONDS
    return {
        "token_type": "Bearer",
        "access_token": issue(account, expires),
        "expires_in": STATELESS_SECONDS,
    }


@router.post("/oauth2/v2.1/token", response_model=None)
async def issue_v2_1(
    request: Request, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any] | Response:
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        return _refusal("unsupported_grant_type")
    try:
        account, claims = _asserted(sim, form, base_url)
        life = _life_in(claims)
    except Refused as refusal:
        return _refusal("invalid_client", str(refusal))
    issued = line_of(request).issued.issue(account.account_id, life, sim.clock.now())
    if issued is None:
        return _refusal("invalid_request", f"This channel has {MOST_VALID} channel access tokens")
    token, known = issued
    return {
        "token_type": "Bearer",
        "access_token": token,
        "expires_in": int(life.total_seconds()),
        "key_id": known.key_id,
    }


@router.get("/oauth2/v2.1/tokens/kid", response_model=None)
async def key_ids(
    request: Request, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, list[str]] | Response:
    try:
        account, _ = _asserted(sim, dict(request.query_params), base_url)
    except Refused as refusal:
        return _refusal("invalid_client", str(refusal))
    valid = line_of(request).issued.valid(account.account_id, sim.clock.now())
    return {"kids": [each.key_id for each in valid]}


@router.post("/oauth2/v2.1/revoke", response_model=None)
async def revoke(request: Request, sim: SimulationOf) -> Response:
    form = await _form(request)
    account = _owner(sim, form)
    if account is None:
        return _refusal("invalid_client")
    issued, token = line_of(request).issued, form.get("access_token", "")
    known = issued.find(token, sim.clock.now())
    if known is not None and known.account_id == account.account_id:
        issued.revoke(token)
    return Response()


def _owner(sim: Simulation, form: dict[str, str]) -> Account | None:
    account, secret = line_account(sim, form.get("client_id", "")), form.get("client_secret", "")
    if account is None or not hmac.compare_digest(secret.encode(), account.auth_token.encode()):
        return None
    return account


def _asserted(sim: Simulation, form: dict[str, str], base_url: str) -> tuple[Account, dict[str, Any]]:
    """Real time, also when the simulator's clock was put forward: the application's was not."""
    if form.get("client_assertion_type") != assertions.TYPE:
        raise Refused("Invalid client_assertion_type")
    assertion = form.get("client_assertion", "")
    account = line_account(sim, assertions.issuer_of(assertion))
    if account is None:
        raise Refused("Invalid iss in client_assertion")
    now = datetime.now(UTC)
    return account, assertions.check(assertion, account, audience=f"{base_url}/", now=now)


def _life_in(claims: dict[str, Any]) -> timedelta:
    seconds = claims.get("token_exp")
    if not isinstance(seconds, int) or not 0 < seconds <= LONGEST_LIFE.total_seconds():
        raise Refused("Invalid token_exp in client_assertion")
    return timedelta(seconds=seconds)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _refusal(error: str, why: str | None = None) -> Response:
    return JSONResponse({"error": error, "error_description": why or error}, status_code=400)
