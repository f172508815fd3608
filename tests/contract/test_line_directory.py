"""What LINE can be asked beside messages, and the files it keeps."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from channels.exchange import Timeouts
from channels.extras import (
    Parties,
    Profile,
    ProfileDirectory,
    Quota,
    QuotaDirectory,
    TypingIndicator,
    WebhookRegistration,
)
from channels.line import LineChannel
from channels.line_api.client import LineClient
from channels.media_fetch import MediaFetcher
from channels.watching import Answered
from domain.errors import (
    AccountRejected,
    InvalidInput,
    MediaRefused,
    MediaUnavailable,
    ProviderUnavailable,
)
from domain.ids import new_id
from domain.messages import MediaItem
from tests.contract import line_samples as line
from tests.contract.scripted_server import (
    Answer,
    Received,
    ScriptedServer,
    a_json,
)

HOOK = "https://desk.example/webhooks/line/0198"
MISTYPED = line.credentials().model_copy(update={"secrets": {"channel_access_token": ("t\u201cken",)}})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[LineChannel]:
    channel = line.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def test_the_channel_offers_what_line_offers() -> None:
    channel: object = line.a_reader()
    for extra in (ProfileDirectory, TypingIndicator, WebhookRegistration, QuotaDirectory):
        assert isinstance(channel, extra)


async def test_a_person_and_a_group_have_names(server: ScriptedServer, channel: LineChannel) -> None:
    server.script = lambda request: (
        a_json({"displayName": "LINE taro", "userId": line.CUSTOMER, "language": "ja"})
        if request.path == f"/v2/bot/profile/{line.CUSTOMER}"
        else a_json({"groupId": line.GROUP, "groupName": "Family"})
    )
    person = await channel.profile(line.CUSTOMER, line.credentials())
    assert person == Profile(display_name="LINE taro", language="ja")
    assert await channel.profile(line.GROUP, line.credentials()) == Profile(display_name="Family")
    assert server.requests[1].path == f"/v2/bot/group/{line.GROUP}/summary"


@pytest.mark.parametrize("answer", [Answer(404), a_json({}), a_json({"displayName": 7})])
async def test_who_is_no_friend_has_no_profile(
    server: ScriptedServer, channel: LineChannel, answer: Answer
) -> None:
    server.script = lambda _: answer
    assert await channel.profile(line.CUSTOMER, line.credentials()) is None
    assert await channel.profile(line.ROOM, line.credentials()) is None
    assert await channel.profile("../../oauth2", line.credentials()) is None
    assert len(server.requests) == 1


async def test_a_question_without_an_answer_may_be_asked_again(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: Answer(hang_up=True)
    with pytest.raises(ProviderUnavailable):
        await channel.profile(line.CUSTOMER, line.credentials())
    server.script = lambda _: Answer(401)
    with pytest.raises(AccountRejected):
        await channel.quota(line.credentials())


def shown_to(recipient: str) -> Parties:
    return Parties(endpoint_address=line.BOT, recipient=recipient)


async def test_typing_is_shown_to_people_and_not_to_groups(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: a_json({}, 202)
    await channel.show_typing(shown_to(line.CUSTOMER), line.credentials())
    await channel.show_typing(shown_to(line.GROUP), line.credentials())
    (request,) = server.requests
    assert request.path == "/v2/bot/chat/loading/start"
    assert json.loads(request.body) == {"chatId": line.CUSTOMER, "loadingSeconds": 10}


async def test_the_webhook_is_read_set_and_tested(server: ScriptedServer, channel: LineChannel) -> None:
    account = line.credentials()
    server.script = lambda _: a_json({"endpoint": HOOK, "active": True})
    assert await channel.registered_webhook(account) == HOOK
    server.script = lambda _: Answer(404)
    assert await channel.registered_webhook(account) is None
    server.script = lambda _: a_json({})
    await channel.register_webhook(HOOK, account)
    assert (server.requests[2].method, json.loads(server.requests[2].body)) == (
        "PUT",
        {"endpoint": HOOK},
    )
    server.script = lambda _: a_json(
        {"success": False, "statusCode": 403, "reason": "ERROR_STATUS_CODE", "detail": "403"}
    )
    tested = await channel.test_webhook(HOOK, account)
    assert (tested.ok, tested.message) == (False, "ERROR_STATUS_CODE: 403")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"type": "limited", "value": 500}, Quota(used=77, limit=500)),
        ({"type": "none"}, Quota(used=77, limit=None)),
    ],
)
async def test_the_monthly_quota(
    server: ScriptedServer, channel: LineChannel, limit: dict[str, object], expected: Quota
) -> None:
    server.script = lambda request: a_json(
        {"totalUsage": 77} if request.path.endswith("consumption") else limit
    )
    assert await channel.quota(line.credentials()) == expected


# -- files ---------------------------------------------------------------------------------------


def an_item(server: ScriptedServer) -> MediaItem:
    url = f"{server.url}/v2/bot/message/1/content"
    return MediaItem(media_id=new_id(), mime_type="image/jpeg", source_url=url)


async def test_a_file_is_fetched_with_the_token_and_known_by_its_bytes(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: Answer(200, PNG, {"Content-Type": "image/jpeg"})
    found = await channel.download(an_item(server), line.credentials())
    assert (found.mime_type, found.content) == ("image/png", PNG)
    assert server.requests[0].headers["authorization"] == f"Bearer {line.TOKEN}"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(202, MediaUnavailable), (404, MediaUnavailable), (410, MediaRefused), (500, MediaUnavailable)],
)
async def test_a_file_may_not_be_ready_or_be_gone(
    server: ScriptedServer, channel: LineChannel, status: int, expected: type[Exception]
) -> None:
    server.script = lambda _: Answer(status, b"{}")
    with pytest.raises(expected):
        await channel.download(an_item(server), line.credentials())


async def test_a_file_is_fetched_from_nowhere_else(channel: LineChannel) -> None:
    item = MediaItem(
        media_id=new_id(), mime_type="image/jpeg", source_url="https://elsewhere.example/x"
    )
    with pytest.raises(MediaRefused):
        await channel.download(item, line.credentials())


async def test_a_refused_token_is_replaced_once_for_a_file(
    server: ScriptedServer, channel: LineChannel
) -> None:
    def script(request: Received) -> Answer:
        if request.path == "/oauth2/v3/token":
            return a_json({"access_token": f"token-{len(server.requests)}", "expires_in": 900})
        is_stale = request.headers["authorization"] == "Bearer token-1"
        return Answer(401) if is_stale else Answer(200, PNG)

    server.script = script
    found = await channel.download(an_item(server), line.credentials(pasted=False))
    assert found.content == PNG
    assert len(server.requests) == 4


async def test_a_pasted_token_that_is_refused_is_not_tried_again(
    server: ScriptedServer, channel: LineChannel
) -> None:
    server.script = lambda _: Answer(401)
    with pytest.raises(MediaUnavailable):
        await channel.download(an_item(server), line.credentials())
    assert len(server.requests) == 1


async def test_with_a_mistyped_token_a_file_waits(server: ScriptedServer, channel: LineChannel) -> None:
    server.script = lambda _: Answer(200, PNG)
    with pytest.raises(MediaUnavailable) as caught:
        await channel.download(an_item(server), MISTYPED)
    assert "t\u201cken" not in str(caught.value)
    assert server.requests == []


async def test_without_a_token_a_file_waits(server: ScriptedServer, channel: LineChannel) -> None:
    server.script = lambda _: Answer(500)
    with pytest.raises(MediaUnavailable):
        await channel.download(an_item(server), line.credentials(pasted=False))


# -- set-up --------------------------------------------------------------------------------------


def test_a_bot_is_known_by_its_user_id() -> None:
    channel = line.a_reader()
    assert channel.endpoint_address(f" {line.BOT} ") == line.BOT
    for wrong in ("", "@holdfast", "U123", line.GROUP, line.BOT.upper(), "+14155238886"):
        with pytest.raises(InvalidInput, match="U and 32"):
            channel.endpoint_address(wrong)


def test_an_admin_is_told_what_is_missing() -> None:
    check = line.a_reader().check_settings
    assert len(check({}, [])) == 2
    assert len(check({"channel_id": "U123", "groups": "sometimes"}, ["channel_secret"])) == 2
    assert check({"channel_id": line.CHANNEL_ID}, ["channel_secret"]) == []


async def test_a_trace_shows_no_path_that_names_a_person(server: ScriptedServer) -> None:
    seen: list[str] = []

    @contextmanager
    def watch(_method: str, _host: str, path: str) -> Iterator[Answered]:
        seen.append(path)
        yield lambda _status: None

    client = LineClient(api_url=server.url, timeouts=Timeouts(), watch=watch)
    channel = LineChannel(client, MediaFetcher())
    await channel.profile(line.CUSTOMER, line.credentials())
    server.script = lambda _: a_json({})
    await channel.quota(line.credentials())
    await channel.close()
    assert seen == ["", "/v2/bot/message/quota", "/v2/bot/message/quota/consumption"]
