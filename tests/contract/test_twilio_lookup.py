"""Asking Twilio whether it took a message of ours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from channels.whatsapp import WhatsAppChannel
from domain.errors import (
    AccountRejected,
    ChannelError,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
)
from domain.ids import new_id
from domain.messages import (
    Content,
    DeliveryStatus,
    Media,
    MediaItem,
    OutboundMessage,
    Receipt,
    TemplateUse,
    Text,
)
from tests.contract import twilio_samples as twilio
from tests.contract.scripted_server import (
    Answer,
    ScriptedServer,
    a_json,
)

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
MESSAGES = f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}/Messages.json"


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[WhatsAppChannel]:
    channel = twilio.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def a_sid(number: int) -> str:
    return f"SM{number:032x}"


def listed(number: int, body: str = "Hello", **fields: object) -> dict[str, object]:
    age = fields.pop("age", 0)
    assert isinstance(age, int)
    return {
        "sid": a_sid(number),
        "body": body,
        "direction": "outbound-api",
        "from": twilio.ENDPOINT,
        "to": twilio.CUSTOMER,
        "num_media": "0",
        "status": "sent",
        "date_created": format_datetime(NOW - timedelta(seconds=age)),
        "date_sent": None,
        **fields,
    }


def lists(server: ScriptedServer, *messages: dict[str, object]) -> None:
    server.script = lambda _: a_json({"messages": list(messages), "next_page_uri": None})


def a_message(content: Content, media_urls: tuple[str, ...] = ()) -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=twilio.ENDPOINT,
        recipient=twilio.CUSTOMER,
        content=content,
        media_urls=media_urls,
    )


async def find(
    channel: WhatsAppChannel, content: Content, *known: int, media_urls: tuple[str, ...] = ()
) -> Receipt | None:
    return await channel.find_sent(
        a_message(content, media_urls),
        twilio.credentials(),
        NOW,
        already_known=frozenset(a_sid(number) for number in known),
    )


HELLO = Text(text="Hello")


class TestFindSent:
    async def test_inv3_a_message_that_was_taken_is_found(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        lists(server, listed(1, "Other"), listed(2))
        assert await find(channel, HELLO) == Receipt(
            provider_message_id=a_sid(2), status=DeliveryStatus.SENT
        )
        (request,) = server.requests
        assert (request.method, request.path) == ("GET", MESSAGES)
        assert request.query["To"] == twilio.CUSTOMER
        assert request.query["From"] == twilio.ENDPOINT

    async def test_inv3_a_queued_message_has_no_date_sent_and_is_found(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        lists(server, listed(1, status="queued", date_sent=None))
        assert await find(channel, HELLO)
        assert not [name for name in server.requests[0].query if name.startswith("DateSent")]

    @pytest.mark.parametrize(
        "other",
        [
            listed(1, "hello"),
            listed(1, direction="inbound"),
            listed(1, num_media="1"),
            listed(1, age=600),
        ],
    )
    async def test_inv3_another_message_is_not_taken_for_it(
        self, server: ScriptedServer, channel: WhatsAppChannel, other: dict[str, object]
    ) -> None:
        lists(server, other)
        assert await find(channel, HELLO) is None

    async def test_inv3_of_two_equal_texts_the_known_one_is_left_out(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        lists(server, listed(1, age=5))
        assert await find(channel, HELLO, 1) is None
        lists(server, listed(2), listed(1, age=5))
        found = await find(channel, HELLO, 1)
        assert found
        assert found.provider_message_id == a_sid(2)

    async def test_white_space_that_twilio_rewrites_does_not_matter(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        lists(server, listed(1, "Hello\r\nthere"))
        assert await find(channel, Text(text=" Hello\nthere "))

    async def test_a_file_is_found_by_its_caption_and_number_of_files(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        item = MediaItem(media_id=new_id(), mime_type="image/png")
        lists(server, listed(1, "", num_media="1"))
        assert await find(channel, Media(items=(item,)), media_urls=("https://x",))
        assert not await find(channel, Media(items=(item,), caption="Hi"), media_urls=("https://x",))

    async def test_a_template_is_found_even_if_the_list_shows_no_text(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        use = TemplateUse(
            template_id=new_id(),
            name="n",
            language="en",
            content_sid="HX" + "b" * 32,
            text="Your order",
        )
        lists(server, listed(1, ""))
        assert await find(channel, use)
        lists(server, listed(1, "Something else"))
        assert not await find(channel, use)

    async def test_the_list_is_followed_page_by_page_but_not_for_ever(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        page = [listed(number, "Other") for number in range(100)]
        server.script = lambda _: a_json({"messages": page, "next_page_uri": f"{MESSAGES}?Page=1"})
        with pytest.raises(OutcomeUnknown):
            await find(channel, HELLO)
        assert len(server.requests) == 3

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (Answer(hang_up=True), OutcomeUnknown),
            (Answer(503), OutcomeUnknown),
            (Answer(200, b"<html>"), OutcomeUnknown),
            (a_json({"a": [], "b": []}), OutcomeUnknown),
            (a_json({"messages": [listed(1, date_created="soon")]}), OutcomeUnknown),
            (a_json({"messages": [listed(1, date_created=None)]}), OutcomeUnknown),
            (a_json({"messages": [listed(1, num_media="many")]}), OutcomeUnknown),
            (a_json({"code": 20429}, 429), RateLimited),
            (a_json({"code": 20003}, 401), AccountRejected),
        ],
    )
    async def test_inv3_failing_to_ask_settles_nothing(
        self,
        server: ScriptedServer,
        channel: WhatsAppChannel,
        answer: Answer,
        expected: type[ChannelError],
    ) -> None:
        server.script = lambda _: answer
        with pytest.raises(expected) as caught:
            await find(channel, HELLO)
        assert not caught.value.outcome_known

    async def test_inv3_not_reaching_twilio_settles_nothing_either(self) -> None:
        channel = twilio.a_channel("http://api.twilio.invalid")
        with pytest.raises(ProviderUnavailable) as caught:
            await find(channel, HELLO)
        assert not caught.value.outcome_known
        await channel.close()

    async def test_a_next_page_on_another_host_does_not_get_the_token(
        self, server: ScriptedServer, channel: WhatsAppChannel
    ) -> None:
        elsewhere = {
            "messages": [],
            "meta": {"next_page_url": "https://elsewhere.example/x", "key": "messages"},
        }
        server.script = lambda _: a_json(elsewhere)
        with pytest.raises(AccountRejected, match="elsewhere"):
            await find(channel, HELLO)
