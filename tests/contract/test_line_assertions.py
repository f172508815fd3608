"""Tokens v2.1: asked for with a signed assertion, counted, renewed and revoked."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from linebot.v3.oauth import ApiClient, ApiException, ChannelAccessToken, Configuration

from channels.exchange import Exchange, Timeouts
from channels.line import LineChannel
from channels.line_api import assertions
from channels.line_api.tokens import MOST_VALID, Tokens
from domain.configuration import Credentials
from domain.errors import AccountRejected, InvalidInput
from domain.ids import new_id
from domain.messages import OutboundMessage, Text
from tests.contract import line_samples as line
from tests.contract.simulated_twilio import Simulator

GRANT = "client_credentials"


@pytest.fixture
def bot(bot: Simulator) -> Simulator:
    """It knows two public keys of the channel."""
    keys = {kid: json.dumps(line.public_key(kid)) for kid in ("kid-1", "kid-2")}
    account = {"provider": "line", "sid": line.CHANNEL_ID, "auth_token": line.SECRET}
    bot.control("accounts", account | {"api_keys": keys})
    return bot


@pytest.fixture
async def channel(bot: Simulator) -> AsyncIterator[LineChannel]:
    channel = line.a_channel(bot.url, read=5, total=10)
    yield channel
    await channel.close()


def a_text() -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=line.BOT,
        recipient=line.CUSTOMER,
        content=Text(text="Hi"),
    )


def an_assertion(bot: Simulator, **changes: object) -> str:
    """As the one in LINE's guide."""
    claims = {
        "iss": line.CHANNEL_ID,
        "sub": line.CHANNEL_ID,
        "aud": f"{bot.url}/",
        "exp": int((datetime.now(UTC) + timedelta(minutes=10)).timestamp()),
        "token_exp": 86_400,
    }
    return assertions.signed(json.dumps(line.signing_key()), claims | changes)


def an_sdk(bot: Simulator) -> ChannelAccessToken:
    return ChannelAccessToken(ApiClient(Configuration(host=bot.url)))


def key_ids(bot: Simulator) -> list[str]:
    """As the official SDK lists them."""
    answer = an_sdk(bot).gets_all_valid_channel_access_token_key_ids(assertions.TYPE, an_assertion(bot))
    found: list[str] = answer.kids
    return found


def test_the_official_sdk_issues_lists_and_revokes(bot: Simulator) -> None:
    sdk = an_sdk(bot)
    issued = sdk.issue_channel_token_by_jwt(GRANT, assertions.TYPE, an_assertion(bot))
    assert (issued.token_type, issued.expires_in) == ("Bearer", 86_400)
    assert key_ids(bot) == [issued.key_id]
    sdk.revoke_channel_token_by_jwt(line.CHANNEL_ID, line.SECRET, issued.access_token)
    assert key_ids(bot) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/"},
        {"iss": "999999"},
        {"sub": "999999"},
        {"exp": 1},
        {"exp": 99_999_999_999},
        {"token_exp": 31 * 86_400},
        {"token_exp": None},
    ],
)
def test_an_assertion_that_says_something_else_is_worth_nothing(
    bot: Simulator, changes: dict[str, object]
) -> None:
    with pytest.raises(ApiException) as caught:
        an_sdk(bot).issue_channel_token_by_jwt(GRANT, assertions.TYPE, an_assertion(bot, **changes))
    assert caught.value.status == 400


async def test_a_token_is_issued_with_the_key_alone_and_used_again(
    bot: Simulator, channel: LineChannel
) -> None:
    account = line.asserting()
    await asyncio.gather(*(channel.send(a_text(), account) for _ in range(5)))
    assert len(key_ids(bot)) == 1


async def test_a_token_is_renewed_before_its_hour_is_over(bot: Simulator) -> None:
    now = datetime.now(UTC).timestamp()
    exchange = Exchange("LINE", Timeouts())
    kept, account = Tokens(exchange, bot.url, clock=lambda: now), line.asserting()
    first = await kept.get(account)
    now += 3539
    assert await kept.get(account) == first
    now += 1
    with pytest.raises(AccountRejected):
        await kept.get(account)  # asked for again, by a clock that is an hour fast
    await exchange.close()


async def test_a_token_that_was_revoked_elsewhere_is_replaced(
    bot: Simulator, channel: LineChannel
) -> None:
    account = line.asserting()
    await channel.send(a_text(), account)
    token = await channel._client.tokens.get(account)
    an_sdk(bot).revoke_channel_token_by_jwt(line.CHANNEL_ID, line.SECRET, token)
    await channel.send(a_text(), account)
    assert await channel._client.tokens.get(account) != token


async def test_after_a_rotation_the_old_keys_token_is_revoked(
    bot: Simulator, channel: LineChannel
) -> None:
    account = line.asserting("kid-1")
    rotated = account.model_copy(update={"secrets": line.asserting("kid-2").secrets})
    await channel.send(a_text(), account)
    before = key_ids(bot)
    await channel.send(a_text(), rotated)
    after = key_ids(bot)
    assert len(before) == len(after) == 1
    assert before != after


async def test_a_process_that_ends_leaves_no_token_behind(bot: Simulator) -> None:
    channel = line.a_channel(bot.url)
    await channel.send(a_text(), line.asserting())
    assert len(key_ids(bot)) == 1
    await channel.close()
    assert key_ids(bot) == []


async def test_when_there_are_too_many_an_admin_hears_just_that(
    bot: Simulator, channel: LineChannel
) -> None:
    sdk = an_sdk(bot)
    for _ in range(MOST_VALID):
        sdk.issue_channel_token_by_jwt(GRANT, assertions.TYPE, an_assertion(bot))
    with pytest.raises(AccountRejected, match="has as many"):
        await channel.send(a_text(), line.asserting())


async def test_a_key_that_line_does_not_know_is_refused(channel: LineChannel) -> None:
    with pytest.raises(AccountRejected, match="registered under its kid"):
        await channel.send(a_text(), line.asserting("kid-3"))


async def test_an_admin_hears_until_when_the_token_is_used(channel: LineChannel) -> None:
    until = await channel.check_credentials(line.asserting())
    assert until is not None
    assert timedelta(minutes=58) < until - datetime.now(UTC) < timedelta(minutes=60)


async def test_a_pasted_token_has_no_end_that_we_know(bot: Simulator, channel: LineChannel) -> None:
    account = {"provider": "line", "sid": line.CHANNEL_ID, "auth_token": line.SECRET}
    bot.control("accounts", account | {"api_keys": {"long-lived": line.TOKEN}})
    assert await channel.check_credentials(line.credentials()) is None


# -- the key -------------------------------------------------------------------------------------


def test_a_key_is_kept_on_one_line_with_only_what_is_needed(channel: LineChannel) -> None:
    pasted = json.dumps(line.signing_key() | {"alg": "RS256", "note": "ours"}, indent=4)
    kept = channel.checked_secret("assertion_key", pasted)
    assert "\n" not in kept
    assert "ours" not in kept
    assert channel.checked_secret("assertion_key", kept) == kept
    assert jwt.get_unverified_header(assertions.signed(kept, {}))["kid"] == "kid-1"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in line.signing_key().items() if key != name}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "[" * 20_000,
        json.dumps(line.public_key()),
        json.dumps(without("kid")),
        json.dumps(without("n")),
        json.dumps(line.signing_key() | {"d": "AQAB"}),
        json.dumps(line.signing_key() | {"kty": "EC"}),
    ],
)
async def test_what_is_no_signing_key_is_refused_without_showing_it(
    channel: LineChannel, text: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        channel.checked_secret("assertion_key", text)
    assert line.signing_key()["d"] not in str(caught.value)
    account = line.asserting()
    broken = {**account.secrets, "assertion_key": (text or " ",)}
    with pytest.raises(AccountRejected, match="assertion signing key"):
        await channel.send(a_text(), account.model_copy(update={"secrets": broken}))


def test_an_admin_is_told_of_a_token_and_a_key_side_by_side(channel: LineChannel) -> None:
    both: Credentials = line.asserting()
    secrets = [*both.secrets, "channel_access_token"]
    [problem] = channel.check_settings(both.settings, secrets)
    assert "Clear one of" in problem
