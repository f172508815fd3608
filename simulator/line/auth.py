"""Who may call, and how badly the API behaves today: what every LINE route does first."""

import hmac
from typing import Annotated, Any, Final, TypeAlias
from uuid import uuid4

from fastapi import Depends, Request, Response

from simulator.hangup import HangUp
from simulator.line.errors import RATE_LIMIT, REQUEST_ID, UNAUTHORIZED, LineError
from simulator.line.signature import sign
from simulator.line.stand_in import line_of
from simulator.records import Account, Endpoint, Provider
from simulator.simulation import Simulation, SimulationOf

STATELESS: Final = "stateless"
STATELESS_SECONDS: Final = 900
_PARTS: Final = 4


async def misbehave(sim: SimulationOf, response: Response) -> None:
    """Latency, refusals and silence, as the fault plan says; before anything is taken."""
    await sim.clock.sleep(sim.faults.latency_seconds())
    if sim.faults.plan.down:
        raise HangUp
    if sim.faults.strikes("rate_limited"):
        pause = {"Retry-After": str(sim.faults.plan.retry_after_seconds)}
        raise LineError(429, RATE_LIMIT, headers=pause)
    if sim.faults.strikes("server_error"):
        raise LineError(500, "Internal server error")
    response.headers[REQUEST_ID] = str(uuid4())


async def caller(request: Request, sim: SimulationOf) -> Account:
    """The channel whose access token came with the request."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    account = _account_of(request, sim, token) if scheme.lower() == "bearer" else None
    if account is None or sim.faults.plan.token_revoked:
        raise LineError(401, UNAUTHORIZED)
    return account


async def bot(who: "Caller", sim: SimulationOf) -> Endpoint:
    """A channel has one bot."""
    owned = (each for each in sim.world.endpoints.values() if each.account_id == who.account_id)
    found = next(owned, None)
    if found is None:
        raise LineError(404, "Not found")
    return found


async def read_json(request: Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except (ValueError, RecursionError) as error:
        raise LineError(400, "The request body could not be parsed as JSON") from error
    if not isinstance(found, dict):
        raise LineError(400, "The request body must be an object")
    return found


def issue(account: Account, expires: int) -> str:
    """A token that carries its own expiry, so that nothing need be remembered."""
    ticket = f"{account.account_id}.{expires}"
    return f"{STATELESS}.{ticket}.{_seal(account, ticket)}"


def line_account(sim: Simulation, account_id: str) -> Account | None:
    account = sim.world.accounts.get(account_id)
    return account if account is not None and account.provider is Provider.LINE else None


def _account_of(request: Request, sim: Simulation, token: str) -> Account | None:
    if issued := line_of(request).issued.find(token, sim.clock.now()):
        return line_account(sim, issued.account_id)
    parts = token.split(".")
    if len(parts) == _PARTS and parts[0] == STATELESS:
        return _account_of_ticket(sim, *parts[1:])
    accounts = (each for each in sim.world.accounts.values() if each.provider is Provider.LINE)
    return next((each for each in accounts if token in each.api_keys.values()), None)


def _account_of_ticket(sim: Simulation, account_id: str, expires: str, seal: str) -> Account | None:
    account = line_account(sim, account_id)
    if account is None or not hmac.compare_digest(seal, _seal(account, f"{account_id}.{expires}")):
        return None
    return account if int(expires) > sim.clock.now().timestamp() else None


def _seal(account: Account, ticket: str) -> str:
    return sign(account.auth_token, ticket.encode()).translate(str.maketrans("+/=", "-_~"))


Caller: TypeAlias = Annotated[Account, Depends(caller)]
Bot: TypeAlias = Annotated[Endpoint, Depends(bot)]
Json: TypeAlias = Annotated[dict[str, Any], Depends(read_json)]
