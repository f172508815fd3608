"""Access tokens: pasted, or issued, kept and replaced."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from channels import access_tokens
from channels.exchange import Exchange, Timeouts
from channels.line import LineChannel
from channels.line_api.tokens import Tokens
from domain.configuration import Credentials
from domain.errors import AccountRejected, ProviderUnavailable, RateLimited
from domain.ids import new_id
from domain.messages import OutboundMessage, Text
from tests.contract import line_samples as line
from tests.contract.scripted_server import (
    Answer,
    Received,
    ScriptedServer,
    a_json,
)

HELLO = OutboundMessage(
    message_id=new_id(),
    endpoint_address=line.BOT,
    recipient=line.CUSTOMER,
    content=Text(text="Hello"),
)
ISSUE = "/oauth2/v3/token"


@dataclass
class Issuer:
    """Issues token-1, token-2 …; refuses what it was told to refuse."""

    lifetime: int = 900
    issued: int = 0
    refused: set[str] = field(default_factory=set)

    def __call__(self, request: Received) -> Answer:
        if request.path == ISSUE:
            self.issued += 1
            return a_json(
                {
                    "token_type": "Bearer",
                    "access_token": f"token-{self.issued}",
                    "expires_in": self.lifetime,
                }
            )
        if request.headers["authorization"].removeprefix("Bearer ") in self.refused:
            return a_json({"message": "Authentication failed"}, 401)
        return a_json({"sentMessages": [{"id": "1"}]})


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[LineChannel]:
    channel = line.a_channel(server.url, read=0.5, total=1)
    yield channel
    await channel.close()


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = Exchange("LINE", Timeouts())
    yield exchange
    await exchange.close()


def unpasted() -> Credentials:
    return line.credentials(pasted=False)


async def test_a_token_is_issued_with_the_newest_secret_and_used_again(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = issuer = Issuer()
    account = unpasted()
    for _ in range(3):
        await channel.send(HELLO, account)
    assert issuer.issued == 1
    assert dict(server.requests[0].form) == {
        "grant_type": "client_credentials",
        "client_id": line.CHANNEL_ID,
        "client_secret": line.SECRET,
    }
    assert server.requests[1].headers["authorization"] == "Bearer token-1"


async def test_many_messages_at_once_wait_for_one_token(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = issuer = Issuer()
    account = unpasted()
    await asyncio.gather(*(channel.send(HELLO, account) for _ in range(10)))
    assert issuer.issued == 1


async def test_a_token_is_replaced_a_minute_before_it_expires(
    server: ScriptedServer, exchange: Exchange
) -> None:
    server.script = issuer = Issuer()
    now = 0.0
    kept, account = Tokens(exchange, server.url, clock=lambda: now), unpasted()
    assert await kept.get(account) == "token-1"
    now = 839
    assert await kept.get(account) == "token-1"
    now = 840
    assert await kept.get(account) == "token-2"
    assert issuer.issued == 2


async def test_accounts_and_secrets_share_no_token(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = issuer = Issuer()
    account = unpasted()
    rotated = account.model_copy(update={"secrets": {"channel_secret": ("new", line.SECRET)}})
    for credentials in (account, unpasted(), rotated, account):
        await channel.send(HELLO, credentials)
    assert issuer.issued == 3


async def test_only_so_many_tokens_are_kept(
    server: ScriptedServer, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script = issuer = Issuer()
    monkeypatch.setattr(access_tokens, "MOST_KEPT", 2)
    kept, accounts = Tokens(exchange, server.url), [unpasted() for _ in range(3)]
    for account in [*accounts, accounts[2], accounts[0]]:
        await kept.get(account)
    assert issuer.issued == 4


async def test_a_refused_token_is_replaced_once(server: ScriptedServer, channel: LineChannel) -> None:
    server.script = issuer = Issuer(refused={"token-1"})
    await channel.send(HELLO, unpasted())
    assert issuer.issued == 2
    server.script = issuer = Issuer(refused={f"token-{number}" for number in range(10)})
    with pytest.raises(AccountRejected):
        await channel.send(HELLO, unpasted())
    assert issuer.issued == 2


async def test_a_pasted_token_is_used_as_it_is_and_never_replaced(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = issuer = Issuer(refused={line.TOKEN})
    with pytest.raises(AccountRejected):
        await channel.send(HELLO, line.credentials())
    assert (issuer.issued, len(server.requests)) == (0, 1)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (a_json({"error": "invalid_client"}, 400), AccountRejected),
        (a_json({"error": "invalid_client"}, 401), AccountRejected),
        (Answer(429), RateLimited),
        (Answer(500), ProviderUnavailable),
        (Answer(200, b"<html>"), ProviderUnavailable),
        (a_json({"access_token": "x"}), ProviderUnavailable),
        (Answer(hang_up=True), ProviderUnavailable),
        (Answer(delay=1), ProviderUnavailable),
    ],
)
async def test_inv3_without_a_token_nothing_was_sent(
    server: ScriptedServer, channel: LineChannel, answer: Answer, expected: type[Exception]
) -> None:
    server.script = lambda _: answer
    with pytest.raises(expected) as caught:
        await channel.send(HELLO, unpasted())
    assert getattr(caught.value, "outcome_known", None) is True
    assert [request.path for request in server.requests] == [ISSUE]


async def test_an_account_that_is_not_set_up_says_so(channel: LineChannel) -> None:
    bare = unpasted().model_copy(update={"secrets": {}})
    with pytest.raises(AccountRejected, match="channel's ID and secret"):
        await channel.send(HELLO, bare)


async def test_no_token_and_no_secret_is_logged(
    server: ScriptedServer, channel: LineChannel, caplog: pytest.LogCaptureFixture
) -> None:
    server.script = Issuer(refused={"token-1", "token-2"})
    with caplog.at_level(logging.DEBUG), pytest.raises(AccountRejected):
        await channel.send(HELLO, unpasted())
    assert not any(word in caplog.text for word in ("token-1", line.SECRET, line.CUSTOMER))


async def test_a_pasted_token_that_cannot_be_one_says_what_to_do(
    server: ScriptedServer, channel: LineChannel
) -> None:
    mistyped = line.credentials().model_copy(
        update={"secrets": {"channel_access_token": ("t\u201cken",)}}
    )
    with pytest.raises(AccountRejected, match="Copy it from the provider's console") as caught:
        await channel.send(HELLO, mistyped)
    assert "\u201c" not in str(caught.value)
    assert server.requests == []


async def test_the_pause_that_is_asked_for_before_a_token_is_made(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: Answer(503, headers={"Retry-After": "40"})
    with pytest.raises(ProviderUnavailable) as caught:
        await channel.send(HELLO, unpasted())
    assert caught.value.retry_after == timedelta(seconds=40)
