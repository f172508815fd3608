"""Google's token server, who may call its APIs, and how badly they behave today.

A registered account names its service accounts in `api_keys`: e-mail address to public key.
"""

import base64
import binascii
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from simulator.google.assertions import Claims, Refused, check
from simulator.google.errors import GoogleError
from simulator.hangup import HangUp
from simulator.records import Account, Provider
from simulator.simulation import BaseUrl, Simulation, SimulationOf
from simulator.world import World

TOKEN_PATH: Final = "/token"  # noqa: S105 - an address
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES: Final = {
    Provider.GBM: "https://www.googleapis.com/auth/businessmessages",
    Provider.RCS: "https://www.googleapis.com/auth/rcsbusinessmessaging",
}
TOKEN_LIFE: Final = 3599
_PREFIX: Final = "ya29."
# Tokens of another run are refused: applications must be able to renew theirs.
_KEY: Final = secrets.token_bytes(32)
router = APIRouter()


@router.post(TOKEN_PATH)
async def token(request: Request, sim: SimulationOf, base_url: BaseUrl) -> Response:
    """Real time, also when the simulator's clock was put forward: the application's was not."""
    await sim.clock.sleep(sim.faults.latency_seconds())
    if sim.faults.plan.down:
        raise HangUp
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    try:
        claims = _claims(sim, form, audience=base_url + TOKEN_PATH)
    except Refused as refusal:
        return JSONResponse(
            {"error": "invalid_grant", "error_description": str(refusal)}, status_code=400
        )
    return JSONResponse(
        {"access_token": _issue(claims), "expires_in": TOKEN_LIFE, "token_type": "Bearer"}
    )


def _claims(sim: Simulation, form: dict[str, list[str]], *, audience: str) -> Claims:
    if form.get("grant_type") != [GRANT]:
        raise Refused("Invalid grant_type.")
    if sim.faults.plan.token_revoked:
        raise Refused("Invalid grant: the key was deleted.")
    claims = check(
        form.get("assertion", [""])[0],
        audience=audience,
        now=datetime.now(UTC),
        public_key_of=lambda email: _public_key(sim.world, email),
    )
    if claims.scope not in SCOPES.values():
        raise Refused("Invalid OAuth scope.")
    return claims


async def misbehave(sim: SimulationOf) -> None:
    """Latency, refusals and silence, as the fault plan says; before anything is taken."""
    await sim.clock.sleep(sim.faults.latency_seconds())
    if sim.faults.plan.down:
        raise HangUp
    if sim.faults.plan.token_revoked:
        raise GoogleError("UNAUTHENTICATED", "The service account's key was deleted.")
    if sim.faults.strikes("rate_limited"):
        pause = sim.faults.plan.retry_after_seconds
        raise GoogleError("RESOURCE_EXHAUSTED", "Quota exceeded.", retry_after=pause)
    if sim.faults.strikes("server_error"):
        raise GoogleError("UNAVAILABLE", "The service is currently unavailable.")


def answer_badly(sim: SimulationOf) -> None:
    """What can go wrong after something was taken."""
    if sim.faults.strikes("answer_lost") or sim.faults.strikes("keyed_answer_lost"):
        raise HangUp
    if sim.faults.strikes("taken_with_error"):
        raise GoogleError("INTERNAL", "Internal error encountered.")


async def business_caller(request: Request, sim: SimulationOf) -> Account:
    return _caller(request, sim.world, Provider.GBM)


async def rcs_caller(request: Request, sim: SimulationOf) -> Account:
    return _caller(request, sim.world, Provider.RCS)


BusinessCaller: TypeAlias = Annotated[Account, Depends(business_caller)]
RcsCaller: TypeAlias = Annotated[Account, Depends(rcs_caller)]


def _caller(request: Request, world: World, provider: Provider) -> Account:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    claims = _read(given) if scheme.lower() == "bearer" else None
    if claims is None:
        raise GoogleError("UNAUTHENTICATED", "Request had invalid authentication credentials.")
    if claims["scope"] != SCOPES[provider]:
        raise GoogleError("PERMISSION_DENIED", "Insufficient authentication scopes.")
    for account in world.accounts.values():
        if account.provider is provider and claims["email"] in account.api_keys:
            return account
    raise GoogleError("PERMISSION_DENIED", "The caller does not have permission.")


def _public_key(world: World, email: str) -> str | None:
    keys = (account.api_keys.get(email) for account in world.accounts.values())
    return next((key for key in keys if key), None)


def _issue(claims: Claims) -> str:
    expires_at = int(datetime.now(UTC).timestamp()) + TOKEN_LIFE
    payload = {"email": claims.email, "scope": claims.scope, "exp": expires_at}
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
    return f"{_PREFIX}{body}.{_seal(body)}"


def _read(token: str) -> dict[str, Any] | None:
    body, _, seal = token.removeprefix(_PREFIX).partition(".")
    if not hmac.compare_digest(_seal(body).encode(), seal.encode()):
        return None
    try:
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError):
        return None
    return claims if claims["exp"] > datetime.now(UTC).timestamp() else None


def _seal(body: str) -> str:
    return hmac.new(_KEY, body.encode(), "sha256").hexdigest()
