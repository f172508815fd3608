"""Asking Twilio what customers wrote: all of it, however much, and each whole when it is wanted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlencode

import pytest

from channels.history import History, ListedMessage
from channels.twilio import history
from channels.twilio.history import MOST_AT_ONCE
from channels.whatsapp import WhatsAppChannel
from domain.errors import ChannelError, OutcomeUnknown, ProviderUnavailable
from domain.messages import Media, MessageReceived, Text, Unsupported
from tests.contract import twilio_samples as twilio
from tests.contract.scripted_server import Answer, Received, ScriptedServer, a_json

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MESSAGES = f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}/Messages.json"
PICTURE = {"content_type": "image/png", "uri": "/2010-04-01/Media/ME1.json"}


def a_sid(number: int) -> str:
    return f"SM{number:032x}"


def received(number: int, at: datetime = NOW, **fields: object) -> dict[str, object]:
    return {
        "sid": a_sid(number),
        "body": "Hello",
        "direction": "inbound",
        "from": twilio.CUSTOMER,
        "to": twilio.ENDPOINT,
        "num_media": "0",
        "status": "received",
        "date_created": format_datetime(at),
        "date_sent": format_datetime(at),
        **fields,
    }


class Archive:
    """Lists by Twilio's rules: newest first, filtered by whole seconds, page by page."""

    def __init__(self) -> None:
        self.messages: list[tuple[datetime, dict[str, object]]] = []
        self.media: Answer = a_json({"media_list": [PICTURE], "next_page_uri": None})

    def holds(self, *times: datetime) -> None:
        """One message for each time, numbered as they came."""
        self.messages = [(at, received(number, at)) for number, at in enumerate(times)][::-1]

    def answer(self, request: Received) -> Answer:
        return self.media if request.path.endswith("/Media.json") else self._page(request.query)

    def _page(self, query: dict[str, str]) -> Answer:
        first, last = (datetime.fromisoformat(query[name]) for name in ("DateSent>", "DateSent<"))
        found = [message for at, message in self.messages if first <= at <= last]
        page, size = int(query.get("Page", 0)), int(query["PageSize"])
        following = urlencode(query | {"Page": page + 1})
        has_more = len(found) > (page + 1) * size
        return a_json(
            {
                "messages": found[page * size : (page + 1) * size],
                "next_page_uri": f"{MESSAGES}?{following}" if has_more else None,
            }
        )


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def server(server: ScriptedServer, archive: Archive) -> ScriptedServer:
    server.script = archive.answer
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[WhatsAppChannel]:
    channel = twilio.a_channel(server.url, read=1, total=5)
    yield channel
    await channel.close()


async def everything(channel: WhatsAppChannel, since: datetime, until: datetime) -> list[str]:
    """Slice by slice to the end, each id once."""
    found: dict[str, None] = {}
    for _ in range(100):
        part = await channel.received_between(twilio.credentials(), twilio.ENDPOINT, since, until)
        found |= dict.fromkeys(each.provider_message_id for each in part.messages)
        assert since < part.until <= until
        since = part.until
        if since == until:
            return list(found)
    raise AssertionError("It does not come to an end.")


async def recovered(channel: WhatsAppChannel, message: dict[str, object]) -> MessageReceived:
    facts = {name: str(message[name]) for name in ("to", "from", "body", "num_media")}
    listed = ListedMessage(provider_message_id=str(message["sid"]), facts=facts, sent_at=NOW)
    return await channel.recover(twilio.credentials(), listed)


def test_whatsapp_has_a_history(channel: WhatsAppChannel) -> None:
    assert isinstance(channel, History)


async def test_messages_come_oldest_first_and_only_those_of_customers(
    archive: Archive, server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    archive.holds(NOW, NOW, NOW + SECOND)
    archive.messages.insert(0, (NOW, received(9, direction="outbound-api")))
    part = await channel.received_between(twilio.credentials(), twilio.ENDPOINT, NOW - HOUR, NOW + HOUR)
    assert [each.provider_message_id for each in part.messages] == [a_sid(n) for n in range(3)]
    assert [each.sent_at for each in part.messages] == [NOW, NOW, NOW + SECOND]
    assert part.until == NOW + HOUR
    (request,) = server.requests  # what is known needs no more than this
    assert request.query["To"] == twilio.ENDPOINT


async def test_inv1_bounds_in_fractions_of_a_second_leave_nothing_out(
    archive: Archive, channel: WhatsAppChannel
) -> None:
    archive.holds(NOW, NOW + SECOND, NOW + 2 * SECOND)
    half = SECOND / 2
    assert len(await everything(channel, NOW + half, NOW + SECOND + half)) == 3


async def test_inv1_more_than_one_answer_holds_is_found_in_shorter_times(
    archive: Archive, server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    count = 5 * MOST_AT_ONCE
    archive.holds(*(NOW + number * SECOND for number in range(count)))
    found = await everything(channel, NOW, NOW + count * SECOND)
    assert found == [a_sid(number) for number in range(count)]
    assert not any("Page" in request.query for request in server.requests)


async def test_inv1_more_than_one_answer_holds_within_a_second_is_found_page_by_page(
    archive: Archive, server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    count = 2 * MOST_AT_ONCE + 1
    archive.holds(NOW, *[NOW + 5 * SECOND] * count, NOW + 10 * SECOND)
    found = await everything(channel, NOW, NOW + 15 * SECOND)
    assert found == [a_sid(number) for number in range(count + 2)]
    assert any(request.query.get("Page") == "2" for request in server.requests)


async def test_a_list_without_end_is_an_error(
    archive: Archive, channel: WhatsAppChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_IN_THE_SHORTEST", MOST_AT_ONCE + 1)
    archive.holds(*[NOW] * (MOST_AT_ONCE + 1))
    with pytest.raises(ChannelError, match="within seconds"):
        await everything(channel, NOW, NOW + SECOND)


async def test_text_is_recovered_without_another_request(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    event = await recovered(channel, received(1, body="Hi\x00"))
    assert event.content == Text(text="Hi\ufffd")
    assert event.endpoint_address == twilio.ENDPOINT
    assert event.sender.phone == "+4915112345678"
    assert event.sent_at == NOW
    assert (await recovered(channel, received(1, body=""))).content == Unsupported(
        provider_type="recovered"
    )
    assert server.requests == []


async def test_files_are_asked_for(server: ScriptedServer, channel: WhatsAppChannel) -> None:
    event = await recovered(channel, received(3, body="look", num_media="1"))
    assert isinstance(event.content, Media)
    assert event.content.caption == "look"
    assert event.content.items[0].source_url == f"{server.url}/2010-04-01/Media/ME1"
    assert event.content.items[0].mime_type == "image/png"


@pytest.mark.parametrize(
    "answer", [a_json({"code": 20404}, 404), a_json({"media_list": [], "next_page_uri": None})]
)
async def test_a_message_whose_files_were_deleted_does_not_block_the_others(
    archive: Archive, channel: WhatsAppChannel, answer: Answer
) -> None:
    archive.media = answer
    event = await recovered(channel, received(3, body="look", num_media="1"))
    assert event.content == Text(text="look")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(Answer(503), OutcomeUnknown), (a_json({"code": 20429}, 429), ChannelError)],
)
async def test_files_that_cannot_be_listed_now_are_asked_for_again(
    archive: Archive, channel: WhatsAppChannel, answer: Answer, expected: type[ChannelError]
) -> None:
    archive.media = answer
    with pytest.raises(expected) as caught:
        await recovered(channel, received(3, num_media="1"))
    assert caught.value.retryable


async def test_not_reaching_twilio_is_said() -> None:
    channel = twilio.a_channel("http://api.twilio.invalid")
    with pytest.raises(ProviderUnavailable):
        await channel.received_between(twilio.credentials(), twilio.ENDPOINT, NOW, NOW + HOUR)
    await channel.close()
