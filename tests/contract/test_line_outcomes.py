"""What each outcome of a send becomes, and what may be repeated."""

import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels.line import LineChannel
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    RecipientUnreachable,
)
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
A_REPLY = HELLO.model_copy(update={"reply_token": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"})
TAKEN = a_json({"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]})
PUSH, REPLY = "/v2/bot/message/push", "/v2/bot/message/reply"
MONTHLY = a_json({"message": "You have reached your monthly limit."}, 429)
TOO_FAST = a_json({"message": "The API rate limit has been exceeded. Try again later."}, 429)
BAD_TOKEN = a_json({"message": "Invalid reply token"}, 400)


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[LineChannel]:
    channel = line.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def said(request: Received) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)
    return found


async def test_inv3_a_push_has_its_key_from_the_first_request_on(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: TAKEN
    receipt = await channel.send(HELLO, line.credentials())
    assert receipt.provider_message_id == "461230966842064897"
    (request,) = server.requests
    assert request.path == PUSH
    assert request.headers["x-line-retry-key"] == str(HELLO.message_id)
    assert request.headers["authorization"] == f"Bearer {line.TOKEN}"
    assert said(request) == {
        "to": line.CUSTOMER,
        "messages": [{"type": "text", "text": "Hello"}],
    }


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"sentMessages": [{"id": "461230966842064897"}]}, "461230966842064897"),
        ({"message": "The retry key is already accepted"}, "accepted-1"),
    ],
)
async def test_inv3_a_key_that_was_accepted_before_is_a_success(
    server: ScriptedServer, channel: LineChannel, body: dict[str, object], name: str
) -> None:
    server.script = lambda _: a_json(body, 409, X_Line_Accepted_Request_Id="accepted-1")
    assert (await channel.send(HELLO, line.credentials())).provider_message_id == name


async def test_inv3_without_any_name_a_message_that_was_taken_bears_ours(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: Answer(409)
    with pytest.raises(OutcomeUnknown):
        await channel.send(HELLO, line.credentials())
    server.script = lambda _: a_json({"message": "The retry key is already accepted"}, 409)
    receipt = await channel.send(HELLO, line.credentials())
    assert receipt.provider_message_id == str(HELLO.message_id)


@pytest.mark.parametrize(
    ("answer", "expected", "known"),
    [
        (Answer(hang_up=True), OutcomeUnknown, False),
        (Answer(delay=0.6), OutcomeUnknown, False),
        (Answer(200, b'{"sentM', promised=500), OutcomeUnknown, False),
        (Answer(200, b"<html>"), OutcomeUnknown, False),
        (Answer(500, b"oops"), OutcomeUnknown, False),
        (a_json({"message": "The API is down"}, 503), OutcomeUnknown, False),
        (TOO_FAST, RateLimited, True),
        (MONTHLY, AccountRejected, True),
        (a_json({"message": "Authentication failed"}, 401), AccountRejected, True),
        (a_json({"message": "Not available"}, 403), AccountRejected, True),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), AccountRejected, True),
        (Answer(404, b"not here"), AccountRejected, True),
        (a_json({"message": "Failed to send messages"}, 400), RecipientUnreachable, True),
        (
            a_json({"message": "The property, 'to', in the request body is invalid"}, 400),
            RecipientUnreachable,
            True,
        ),
        (a_json({"message": "The request body has 1 error(s)"}, 400), ContentRejected, True),
        (Answer(413), ContentRejected, True),
        (Answer(418, b"not json"), ContentRejected, True),
    ],
)
async def test_inv3_each_failure_is_one_post_and_says_whether_its_outcome_is_known(
    server: ScriptedServer,
    channel: LineChannel,
    answer: Answer,
    expected: type[ChannelError],
    *,
    known: bool,
) -> None:
    server.script = lambda _: answer
    with pytest.raises(ChannelError) as caught:
        await channel.send(HELLO, line.credentials())
    assert type(caught.value) is expected
    assert caught.value.outcome_known is known
    assert known or caught.value.retry_after is not None
    assert server.posts() == len(server.requests) == 1


async def test_inv3_a_provider_that_is_not_there_was_surely_not_reached() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        channel = line.a_channel(f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(ProviderUnavailable):
            await channel.send(HELLO, line.credentials())
    await channel.close()


async def test_the_monthly_limit_calls_for_an_operator_and_the_rate_limit_for_patience(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: MONTHLY
    with pytest.raises(AccountRejected, match="plan") as monthly:
        await channel.send(HELLO, line.credentials())
    assert monthly.value.needs_operator
    assert monthly.value.provider_code == "monthly_limit"
    server.script = lambda _: a_json({"message": "rate limit"}, 429, Retry_After="7")
    with pytest.raises(RateLimited) as too_fast:
        await channel.send(HELLO, line.credentials())
    assert not too_fast.value.needs_operator
    assert too_fast.value.retry_after == timedelta(seconds=7)
    assert channel.explain("monthly_limit", {}).needs_operator
    assert not channel.explain("http_429", {}).needs_operator


# -- replies -------------------------------------------------------------------------------------


async def test_a_reply_uses_the_token_and_no_key(server: ScriptedServer, channel: LineChannel) -> None:
    server.script = lambda _: TAKEN
    receipt = await channel.send(A_REPLY, line.credentials())
    assert receipt.provider_message_id == "461230966842064897"
    (request,) = server.requests
    assert (request.path, said(request)["replyToken"]) == (REPLY, A_REPLY.reply_token)
    assert "x-line-retry-key" not in request.headers


async def test_a_token_that_is_good_no_more_becomes_a_push_with_the_key(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda request: BAD_TOKEN if request.path == REPLY else TAKEN
    await channel.send(A_REPLY, line.credentials())
    assert [request.path for request in server.requests] == [REPLY, PUSH]
    assert server.requests[1].headers["x-line-retry-key"] == str(HELLO.message_id)


@pytest.mark.parametrize("answer", [Answer(hang_up=True), Answer(delay=0.6), Answer(500)])
async def test_inv3_a_reply_without_an_answer_is_a_doubt_that_no_key_resolves(
    server: ScriptedServer, channel: LineChannel, answer: Answer
) -> None:
    server.script = lambda _: answer
    with pytest.raises(OutcomeUnknown) as caught:
        await channel.send(A_REPLY, line.credentials())
    assert caught.value.retry_after is None
    assert len(server.requests) == 1


async def test_errors_name_neither_the_customer_nor_the_text_nor_a_secret(
    server: ScriptedServer, channel: LineChannel
) -> None:
    details = [{"message": f"{line.CUSTOMER} Hello", "property": "messages[0].text"}]
    server.script = lambda _: a_json({"message": f"{line.CUSTOMER}", "details": details}, 400)
    with pytest.raises(ContentRejected, match=r"messages\[0\].text") as caught:
        await channel.send(HELLO, line.credentials())
    shown = f"{caught.value} {caught.value.details}"
    assert not any(word in shown for word in (line.CUSTOMER, "Hello", line.TOKEN))
