"""Access tokens: what we sign, as google-auth reads it, and how rarely we ask."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from google.auth import jwt

from channels.exchange import Exchange
from channels.extras import CredentialCheck
from channels.google import service_account
from channels.google.tokens import AccessTokens
from domain.errors import (
    AccountRejected,
    ChannelError,
    InvalidInput,
    ProviderUnavailable,
    RateLimited,
)
from tests.contract import google_samples as google
from tests.contract.scripted_server import Answer, ScriptedServer, a_json

SCOPE = "https://www.googleapis.com/auth/businessmessages"
MINE = google.credentials()


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = lambda _: google.a_token(f"token-{len(server.requests)}")
    return server


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = google.an_exchange(read=0.3, total=1)
    yield exchange
    await exchange.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(server: ScriptedServer, exchange: Exchange, clock: Clock) -> AccessTokens:
    return AccessTokens(exchange, token_url=f"{server.url}/token", clock=clock)


async def test_the_assertion_is_what_google_auth_verifies(server: ScriptedServer) -> None:
    exchange = google.an_exchange()
    tokens = AccessTokens(exchange, token_url=f"{server.url}/token")
    assert await tokens.get(MINE, SCOPE) == "token-1"
    form = parse_qs(server.requests[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    certificate = {google.key_file()["private_key_id"]: google.public_pem()}
    claims = jwt.decode(  # type: ignore[no-untyped-call]
        form["assertion"][0], certs=certificate, audience=f"{server.url}/token"
    )
    assert (claims["iss"], claims["scope"]) == (google.EMAIL, SCOPE)
    assert claims["exp"] - claims["iat"] == 3600
    await exchange.close()


async def test_a_token_is_kept_until_shortly_before_it_ends(
    server: ScriptedServer, tokens: AccessTokens, clock: Clock
) -> None:
    assert await tokens.get(MINE, SCOPE) == "token-1"
    clock.now += 3599 - 301
    assert await tokens.get(MINE, SCOPE) == "token-1"
    clock.now += 2
    assert await tokens.get(MINE, SCOPE) == "token-2"
    assert len(server.requests) == 2


async def test_many_who_ask_at_once_wait_for_one_request(
    server: ScriptedServer, tokens: AccessTokens
) -> None:
    got = await asyncio.gather(*(tokens.get(MINE, SCOPE) for _ in range(50)))
    assert set(got) == {"token-1"}
    assert len(server.requests) == 1


async def test_who_gives_up_waiting_does_not_take_the_token_from_others(
    server: ScriptedServer, tokens: AccessTokens
) -> None:
    impatient = asyncio.create_task(tokens.get(MINE, SCOPE))
    patient = asyncio.create_task(tokens.get(MINE, SCOPE))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == "token-1"
    assert len(server.requests) == 1


async def test_a_refused_token_is_replaced_once_for_all_who_had_it(
    server: ScriptedServer, tokens: AccessTokens
) -> None:
    stale = await tokens.get(MINE, SCOPE)
    fresh = await asyncio.gather(*(tokens.get(MINE, SCOPE, refused=stale) for _ in range(5)))
    assert set(fresh) == {"token-2"}
    assert await tokens.get(MINE, SCOPE, refused=stale) == "token-2"
    assert len(server.requests) == 2


async def test_accounts_scopes_and_key_files_do_not_share_tokens(
    server: ScriptedServer, tokens: AccessTokens
) -> None:
    renewed = json.dumps(google.key_file(private_key_id="next"))
    rotated = MINE.model_copy(update={"secrets": {**MINE.secrets, "service_account": (renewed,)}})
    asked = [(MINE, SCOPE), (MINE, "rcs"), (google.credentials(), SCOPE), (rotated, SCOPE)]
    got = [await tokens.get(credentials, scope) for credentials, scope in asked]
    assert len(set(got)) == 4
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (a_json({"error": "invalid_grant", "error_description": "gone"}, 400), AccountRejected),
        (a_json({"error": "invalid_client"}, 401), AccountRejected),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), AccountRejected),
        (a_json({"token_type": "Bearer"}), AccountRejected),
        (Answer(200, b"<html>"), AccountRejected),
        (a_json({}, 429, Retry_After="7"), RateLimited),
        (Answer(503), ProviderUnavailable),
        (Answer(hang_up=True), ProviderUnavailable),
        (Answer(delay=0.6), ProviderUnavailable),
    ],
)
async def test_inv3_a_failed_question_leaves_no_message_in_doubt(
    server: ScriptedServer, tokens: AccessTokens, answer: Answer, expected: type[ChannelError]
) -> None:
    server.script = lambda _: answer
    with pytest.raises(ChannelError) as caught:
        await tokens.get(MINE, SCOPE)
    assert type(caught.value) is expected
    assert caught.value.outcome_known
    server.script = lambda _: google.a_token("later")
    assert await tokens.get(MINE, SCOPE) == "later"


@pytest.mark.parametrize("life", [0, -5, "soon", None, 10**30, float("nan"), 10**400])
async def test_a_strange_life_time_is_a_short_one_or_the_longest(
    server: ScriptedServer, tokens: AccessTokens, clock: Clock, life: object
) -> None:
    server.script = lambda _: google.a_token(f"token-{len(server.requests)}", life)
    assert await tokens.get(MINE, SCOPE) == "token-1"
    clock.now += 3600
    assert await tokens.get(MINE, SCOPE) == "token-2"


# -- the key file --------------------------------------------------------------------------------


def test_a_key_file_is_kept_on_one_line_with_only_what_is_needed() -> None:
    kept = service_account.minified(json.dumps(google.key_file(), indent=4))
    assert "\n" not in kept
    assert set(json.loads(kept)) == {"type", "client_email", "private_key_id", "private_key"}
    assert service_account.minified(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "[" * 20_000,
        json.dumps(google.key_file(type="authorized_user")),
        json.dumps(google.key_file(private_key="-----BEGIN PRIVATE KEY-----\nxyz\n")),
        json.dumps(google.key_file(private_key=google.public_pem().decode())),
        json.dumps(google.key_file(client_email="ann@example.com")),
        json.dumps({"type": "service_account"}),
        json.dumps(google.key_file(note="x" * 20_000)),
    ],
)
async def test_what_is_no_key_file_is_refused_without_showing_it(
    server: ScriptedServer, tokens: AccessTokens, text: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        service_account.minified(text)
    assert "PRIVATE" not in str(caught.value)
    with pytest.raises(AccountRejected):
        await tokens.get(google.credentials(service_account=(text,)), SCOPE)
    assert server.requests == []


async def test_without_a_key_file_an_operator_is_called(tokens: AccessTokens) -> None:
    with pytest.raises(AccountRejected, match="key file"):
        await tokens.get(google.credentials(service_account=()), SCOPE)


def test_a_key_stays_out_of_reprs() -> None:
    account = service_account.read(json.dumps(google.key_file()))
    assert "PRIVATE" not in repr(account)


async def test_an_admin_hears_whether_google_knows_the_account(server: ScriptedServer) -> None:
    channel = google.a_business_channel(server.url)
    assert isinstance(channel, CredentialCheck)
    await channel.check_credentials(MINE)
    await channel.check_credentials(MINE)
    assert len(server.requests) == 2  # a token that was got before says nothing of now
    server.script = lambda _: a_json({"error": "invalid_grant"}, 400)
    with pytest.raises(AccountRejected):
        await channel.check_credentials(MINE)
    await channel.close()


async def test_an_admin_hears_until_when_the_token_is_used(
    server: ScriptedServer,
) -> None:
    channel = google.a_business_channel(server.url)
    before = datetime.now(UTC)
    until = await channel.check_credentials(MINE)
    assert before < until < before + timedelta(hours=1)
    await channel.close()


async def test_the_pause_that_is_asked_for_before_a_token_is_made(
    server: ScriptedServer, tokens: AccessTokens
) -> None:
    server.script = lambda _: Answer(503, headers={"Retry-After": "40"})
    with pytest.raises(ProviderUnavailable) as caught:
        await tokens.get(MINE, SCOPE)
    assert caught.value.retry_after == timedelta(seconds=40)
