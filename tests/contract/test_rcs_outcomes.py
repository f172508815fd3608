"""Who can be reached over RCS, and what each outcome of a message becomes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.google.api import GoogleApi
from channels.google.errors import RCS
from channels.google.reachability import KEPT_FOR, Reachability
from channels.google.tokens import AccessTokens
from channels.rcs import RcsChannel
from domain.channels import ChannelName
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
from tests.contract.scripted_server import Answer, Received, ScriptedServer

MINE = google.credentials(ChannelName.RCS, {})


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = google.answering()
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[RcsChannel]:
    channel = google.an_rcs_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def questions(server: ScriptedServer) -> list[Received]:
    return [request for request in server.requests if request.path.endswith("/capabilities")]


async def test_a_phone_is_asked_about_before_the_first_message_only(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    for _ in range(3):
        await channel.send(google.an_rcs_message(), MINE)
    (question,) = questions(server)
    assert question.query["agentId"] == google.RCS_AGENT
    assert question.query["requestId"]
    assert len(google.posts(server)) == 3
    await channel.send(google.an_rcs_message(recipient="+4915112345679"), MINE)
    assert len(questions(server)) == 2


async def test_a_phone_that_cannot_be_reached_gets_no_message_and_is_asked_about_again(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    server.script = google.answering(capable=google.an_error(404, "NOT_FOUND"))
    for _ in range(2):
        with pytest.raises(RecipientUnreachable) as caught:
            await channel.send(google.an_rcs_message(), MINE)
    assert "another channel" in str(caught.value)
    assert google.posts(server) == []
    assert len(questions(server)) == 2


async def test_a_phone_that_left_rcs_is_asked_about_again(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    await channel.send(google.an_rcs_message(), MINE)
    server.script = google.answering(google.an_error(404, "NOT_FOUND"))
    with pytest.raises(RecipientUnreachable):
        await channel.send(google.an_rcs_message(), MINE)
    server.script = google.answering()
    await channel.send(google.an_rcs_message(), MINE)
    assert len(questions(server)) == 2


async def test_what_is_known_of_a_phone_grows_old(server: ScriptedServer) -> None:
    now = 1000.0
    exchange = google.an_exchange()
    tokens = AccessTokens(exchange, token_url=f"{server.url}/token")
    api = GoogleApi(exchange, tokens, scope="rcs", table=RCS)
    reachability = Reachability(api, clock=lambda: now)
    ask = (google.RCS_AGENT, google.PHONE, f"{server.url}{google.PHONE_PATH}", MINE)
    assert "RICHCARD_STANDALONE" in await reachability.features(*ask)
    now += KEPT_FOR - 1
    await reachability.features(*ask)
    assert len(questions(server)) == 1
    now += 2
    await reachability.features(*ask)
    assert len(questions(server)) == 2
    await exchange.close()


@pytest.mark.parametrize(
    ("capable", "expected"),
    [
        (Answer(hang_up=True), ProviderUnavailable),
        (Answer(delay=0.6), ProviderUnavailable),
        (Answer(500), ProviderUnavailable),
        (google.an_error(429, "RESOURCE_EXHAUSTED"), RateLimited),
        (google.an_error(403, "PERMISSION_DENIED"), AccountRejected),
    ],
)
async def test_inv3_a_failed_question_leaves_no_message_in_doubt(
    server: ScriptedServer, channel: RcsChannel, capable: Answer, expected: type[ChannelError]
) -> None:
    server.script = google.answering(capable=capable)
    with pytest.raises(ChannelError) as caught:
        await channel.send(google.an_rcs_message(), MINE)
    assert type(caught.value) is expected
    assert caught.value.outcome_known
    assert google.posts(server) == []


@pytest.mark.parametrize("taking", [google.an_error(409, "ALREADY_EXISTS"), google.RCS_TAKEN])
async def test_inv3_a_message_that_exists_already_was_taken(
    server: ScriptedServer, channel: RcsChannel, taking: Answer
) -> None:
    server.script = google.answering(taking)
    await channel.send(google.an_rcs_message(), MINE)


@pytest.mark.parametrize(
    ("taking", "expected", "known"),
    [
        (Answer(hang_up=True), OutcomeUnknown, False),
        (Answer(500, b"oops"), OutcomeUnknown, False),
        (google.an_error(429, "RESOURCE_EXHAUSTED"), RateLimited, True),
        (google.an_error(403, "PERMISSION_DENIED"), AccountRejected, True),
        (google.an_error(404, "NOT_FOUND"), RecipientUnreachable, True),
        (google.an_error(400, "INVALID_ARGUMENT"), ContentRejected, True),
        (google.an_error(401, "UNAUTHENTICATED"), AccountRejected, True),
    ],
)
async def test_inv3_each_failure_says_whether_its_outcome_is_known(
    server: ScriptedServer,
    channel: RcsChannel,
    taking: Answer,
    expected: type[ChannelError],
    *,
    known: bool,
) -> None:
    server.script = google.answering(taking)
    with pytest.raises(ChannelError) as caught:
        await channel.send(google.an_rcs_message(), MINE)
    assert type(caught.value) is expected
    assert caught.value.outcome_known is known


async def test_an_unknown_outcome_is_repeated_at_once(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    server.script = google.answering(Answer(500))
    with pytest.raises(OutcomeUnknown) as caught:
        await channel.send(google.an_rcs_message(), MINE)
    assert caught.value.retry_after == timedelta(0)
