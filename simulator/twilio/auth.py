"""Who may call, and how badly the API behaves today: what every Twilio route does first."""

import base64
import binascii
import hmac
from typing import Annotated, TypeAlias
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from simulator.hangup import HangUp
from simulator.records import Account
from simulator.simulation import SimulationOf
from simulator.twilio.errors import TwilioError
from simulator.world import World

Form: TypeAlias = list[tuple[str, str]]


async def misbehave(sim: SimulationOf) -> None:
    """Latency, refusals and silence, as the fault plan says; before anything is taken."""
    await sim.clock.sleep(sim.faults.latency_seconds())
    if sim.faults.plan.down:
        raise HangUp
    if sim.faults.plan.token_revoked:
        raise TwilioError(20003)
    if sim.faults.strikes("rate_limited"):
        raise TwilioError(20429, retry_after=sim.faults.plan.retry_after_seconds)
    if sim.faults.strikes("server_error"):
        raise TwilioError(20503)


async def caller(request: Request, sim: SimulationOf) -> Account:
    """The account whose credentials came with the request."""
    user, secret = _basic_credentials(request.headers.get("authorization", ""))
    account = _account_of(sim.world, user)
    expected = (account.api_keys.get(user) or account.auth_token) if account else ""
    if account is None or not hmac.compare_digest(secret.encode(), expected.encode()):
        raise TwilioError(20003)
    return account


async def addressed_account(account_sid: str, sim: SimulationOf, who: "Caller") -> Account:
    """The account in the path: the caller's own, or one of its sub-accounts."""
    account = sim.world.accounts.get(account_sid)
    if account is None or who.account_id not in (account.account_id, account.parent_id):
        raise TwilioError(20003)
    return account


async def read_form(request: Request) -> Form:
    try:
        return parse_qsl((await request.body()).decode(), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise TwilioError(20001) from error


Caller: TypeAlias = Annotated[Account, Depends(caller)]
AddressedAccount: TypeAlias = Annotated[Account, Depends(addressed_account)]
FormOf: TypeAlias = Annotated[Form, Depends(read_form)]


def _basic_credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TwilioError(20003) from error
    if scheme.lower() != "basic" or not user or not secret:
        raise TwilioError(20003)
    return user, secret


def _account_of(world: World, user: str) -> Account | None:
    if user in world.accounts:
        return world.accounts[user]
    return next((account for account in world.accounts.values() if user in account.api_keys), None)
