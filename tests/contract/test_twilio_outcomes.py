"""What each outcome of a send becomes, and that every one of them was a single request."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.whatsapp import WhatsAppChannel
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    RecipientUnreachable,
    TemplateRejected,
)
from domain.ids import new_id
from domain.messages import OutboundMessage, Text
from tests.contract import twilio_samples as twilio
from tests.contract.scripted_server import Answer, ScriptedServer, a_json

HELLO = OutboundMessage(
    message_id=new_id(),
    endpoint_address=twilio.ENDPOINT,
    recipient=twilio.CUSTOMER,
    content=Text(text="Hello"),
)


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[WhatsAppChannel]:
    channel = twilio.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


TOO_MANY = a_json({"code": 20429, "message": "x"}, 429, Retry_After="7")


@pytest.mark.parametrize(
    ("answer", "expected", "known"),
    [
        (Answer(hang_up=True), OutcomeUnknown, False),
        (Answer(delay=0.6), OutcomeUnknown, False),
        (Answer(201, b'{"sid": "SM', promised=500), OutcomeUnknown, False),
        (Answer(201, b"<html>"), OutcomeUnknown, False),
        (a_json(["no", "object"], 201), OutcomeUnknown, False),
        (a_json({"sid": "../../x", "status": "queued"}, 201), OutcomeUnknown, False),
        (a_json({"status": "queued"}, 201), OutcomeUnknown, False),
        (Answer(500, b"oops"), OutcomeUnknown, False),
        (a_json({"code": 20503, "message": "x"}, 503), OutcomeUnknown, False),
        (TOO_MANY, RateLimited, True),
        (a_json({"code": 63038, "message": "x"}, 429), RateLimited, True),
        (a_json({"code": 20003, "message": "x"}, 401), AccountRejected, True),
        (a_json({"code": 63007, "message": "x"}, 400), AccountRejected, True),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), AccountRejected, True),
        (a_json({"code": 21211, "message": "x"}, 400), RecipientUnreachable, True),
        (a_json({"code": 21617, "message": "x"}, 400), ContentRejected, True),
        (a_json({"code": 21656, "message": "x"}, 400), TemplateRejected, True),
        (
            a_json({"type": "t", "title": "t", "status": 400, "code": 21656}, 400),
            TemplateRejected,
            True,
        ),
        (Answer(400, b"not json"), ContentRejected, True),
    ],
)
async def test_inv3_each_failure_is_one_post_and_says_whether_its_outcome_is_known(
    server: ScriptedServer,
    channel: WhatsAppChannel,
    answer: Answer,
    expected: type[ChannelError],
    *,
    known: bool,
) -> None:
    server.script = lambda _: answer
    with pytest.raises(ChannelError) as caught:
        await channel.send(HELLO, twilio.credentials())
    assert type(caught.value) is expected
    assert caught.value.outcome_known is known
    assert server.posts() == len(server.requests) == 1


async def test_inv3_a_provider_that_is_not_there_was_surely_not_reached() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        channel = twilio.a_channel(f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(ProviderUnavailable) as caught:
            await channel.send(HELLO, twilio.credentials())
    assert caught.value.outcome_known
    await channel.close()


async def test_inv3_a_name_that_does_not_resolve_was_surely_not_reached() -> None:
    channel = twilio.a_channel("http://api.twilio.invalid")
    with pytest.raises(ProviderUnavailable):
        await channel.send(HELLO, twilio.credentials())
    await channel.close()


async def test_inv3_a_call_that_takes_too_long_is_cut_off_in_doubt(server: ScriptedServer) -> None:
    server.script = lambda _: Answer(delay=5)
    channel = twilio.a_channel(server.url, read=60, total=0.2)
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(channel.send(HELLO, twilio.credentials()), 2)
    assert server.posts() == 1
    await channel.close()


@pytest.mark.parametrize(
    ("header", "at_least", "at_most"),
    [
        ("7", 7, 7),
        ("0", 0, 1),
        ("999999999999", 3600, 3600),
        ("soon", 1, 1),
        ("-5", 1, 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 1),
    ],
)
async def test_retry_after_is_heeded_within_reason(
    server: ScriptedServer, channel: WhatsAppChannel, header: str, at_least: int, at_most: int
) -> None:
    server.script = lambda _: a_json({"code": 20429}, 429, Retry_After=header)
    with pytest.raises(RateLimited) as caught:
        await channel.send(HELLO, twilio.credentials())
    pause = caught.value.retry_after or timedelta(0)
    assert timedelta(seconds=at_least) <= pause <= timedelta(seconds=at_most)


async def test_errors_name_neither_the_customer_nor_the_text_nor_a_secret(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    server.script = lambda _: a_json({"code": 21211, "message": f"{twilio.CUSTOMER} Hello"}, 400)
    with pytest.raises(RecipientUnreachable) as caught:
        await channel.send(HELLO, twilio.credentials())
    shown = f"{caught.value} {caught.value.details}"
    assert not any(word in shown for word in ("4915112345678", "Hello", twilio.TOKEN))


async def test_the_sandboxs_join_words_are_in_the_refusal(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    server.script = lambda _: a_json({"code": 63015}, 400)
    sandbox = twilio.credentials(sandbox="true", sandbox_join_code="join plain-tiger")
    with pytest.raises(RecipientUnreachable, match="join plain-tiger"):
        await channel.send(HELLO, sandbox)
