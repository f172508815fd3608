"""What each outcome of a message to Google's Business Messages becomes."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.google_business_messages import BusinessMessagesChannel
from domain.errors import (
    AccountRejected,
    ChannelError,
    ContentRejected,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    RecipientUnreachable,
)
from tests.contract import google_samples as google
from tests.contract.scripted_server import (
    Answer,
    ScriptedServer,
    a_json,
)

MINE = google.credentials()
TAKEN = a_json({"name": "conversations/c/messages/m"})


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = google.with_token(TAKEN)
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[BusinessMessagesChannel]:
    channel = google.a_business_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


@pytest.mark.parametrize(
    "answer", [google.an_error(409, "ALREADY_EXISTS"), Answer(409), TAKEN, Answer(200, b"<html>")]
)
async def test_inv3_a_message_that_exists_already_was_taken(
    server: ScriptedServer, channel: BusinessMessagesChannel, answer: Answer
) -> None:
    server.script = google.with_token(answer)
    message = google.a_message()
    receipt = await channel.send(message, MINE)
    assert receipt.provider_message_id == str(message.message_id)


@pytest.mark.parametrize(
    ("answer", "expected", "known"),
    [
        (Answer(hang_up=True), OutcomeUnknown, False),
        (Answer(delay=0.6), OutcomeUnknown, False),
        (Answer(200, b'{"na', promised=500), OutcomeUnknown, False),
        (Answer(500, b"oops"), OutcomeUnknown, False),
        (google.an_error(503, "UNAVAILABLE"), OutcomeUnknown, False),
        (google.an_error(503, "RESOURCE_EXHAUSTED"), OutcomeUnknown, False),
        (google.an_error(409, "ABORTED"), OutcomeUnknown, False),
        (google.an_error(429, "RESOURCE_EXHAUSTED"), RateLimited, True),
        (Answer(429), RateLimited, True),
        (google.an_error(403, "PERMISSION_DENIED"), RecipientUnreachable, True),
        (google.an_error(403, "PERMISSION_DENIED", "SERVICE_DISABLED"), AccountRejected, True),
        (google.an_error(403, "SOMETHING_NEW"), RecipientUnreachable, True),
        (google.an_error(404, "NOT_FOUND"), RecipientUnreachable, True),
        (google.an_error(400, "INVALID_ARGUMENT"), ContentRejected, True),
        (Answer(400, b"not json"), ContentRejected, True),
        (Answer(418), ContentRejected, True),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), AccountRejected, True),
    ],
)
async def test_inv3_each_failure_is_one_post_and_says_whether_its_outcome_is_known(
    server: ScriptedServer,
    channel: BusinessMessagesChannel,
    answer: Answer,
    expected: type[ChannelError],
    *,
    known: bool,
) -> None:
    server.script = google.with_token(answer)
    with pytest.raises(ChannelError) as caught:
        await channel.send(google.a_message(), MINE)
    assert type(caught.value) is expected
    assert caught.value.outcome_known is known
    assert len(google.calls(server)) == 1
    if not known:
        assert caught.value.retry_after == timedelta(0)


async def test_inv3_a_provider_that_is_not_there_was_surely_not_reached() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        channel = google.a_business_channel(f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(ProviderUnavailable) as caught:
            await channel.send(google.a_message(), MINE)
    assert caught.value.outcome_known
    await channel.close()


async def test_a_revoked_token_is_renewed_and_the_message_goes(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    answers = iter([google.an_error(401, "UNAUTHENTICATED"), TAKEN])
    server.script = google.with_token(lambda _: next(answers))
    await channel.send(google.a_message(), MINE)
    assert [request.path for request in server.requests].count("/token") == 2


async def test_an_account_that_is_refused_twice_waits_for_an_operator(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    server.script = google.with_token(google.an_error(401, "UNAUTHENTICATED"))
    with pytest.raises(AccountRejected):
        await channel.send(google.a_message(), MINE)
    assert len(google.calls(server)) == 2


async def test_retry_after_is_heeded(server: ScriptedServer, channel: BusinessMessagesChannel) -> None:
    server.script = google.with_token(google.an_error(429, "RESOURCE_EXHAUSTED", Retry_After="7"))
    with pytest.raises(RateLimited) as caught:
        await channel.send(google.a_message(), MINE)
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_errors_name_neither_the_customer_nor_the_text_nor_a_secret(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    server.script = google.with_token(a_json({"error": {"message": "Hello to C"}}, 400))
    with pytest.raises(ContentRejected) as caught:
        await channel.send(google.a_message(), MINE)
    shown = f"{caught.value} {caught.value.details}"
    assert not any(word in shown for word in (google.CONVERSATION, "Hello", "ya29"))
