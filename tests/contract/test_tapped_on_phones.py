"""Cards and suggestions as the stand-ins' phones show them, and what comes back when one is tapped."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from channels.base import Channel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.customer_events import InboundEvent
from domain.ids import new_id
from domain.messages import (
    Card,
    Cards,
    Choice,
    Content,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Text,
)
from domain.suggestions import Dial, OpenUrl, Reply
from tests.contract import google_samples as google
from tests.contract import line_samples as line
from tests.contract import simulated_line
from tests.contract.simulated_google import customer, furnish_business, furnish_rcs
from tests.contract.simulated_twilio import Application, Hit, Simulator

PAYLOAD = 'order:42|yes&"é"'
YES, NO = Reply(text="Yes, please", payload=PAYLOAD), Reply(text="No", payload="no")
SHOP = OpenUrl(text="Shop", url="https://shop.example/a?b=c")
CALL = Dial(text="Call us", phone="+14155550100")
IMAGE = MediaItem(media_id=new_id(), mime_type="image/png", size=70)
PICTURE = "https://desk.example/media/1"
TELLS_ACTIONS = [ChannelName.GOOGLE_BUSINESS_MESSAGES, ChannelName.RCS]


@dataclass(frozen=True)
class Phone:
    """One customer's phone, and the adapter at the other end."""

    simulator: Simulator
    application: Application
    channel: Channel
    account: Credentials
    provider: str
    business: str
    customer: str

    async def shows(self, content: Content, *urls: str) -> dict[str, Any]:
        """Send it; what the phone makes of it."""
        message = OutboundMessage(
            message_id=new_id(),
            endpoint_address=self.business,
            recipient=self.customer,
            content=content,
            media_urls=urls,
        )
        await self.channel.send(message, self.account)
        named = {"provider": self.provider, "business": self.business, "customer": self.customer}
        found: dict[str, Any] = self.simulator.ask("thread", **named)["messages"][-1]
        return found

    def tap(
        self, shown: dict[str, Any], action: dict[str, Any], kind: str = "button"
    ) -> MessageReceived:
        """Tap it as the page does; what the adapter reads."""
        tap = {"text": action["title"], "payload": action["action_id"]}
        said = {"provider": self.provider, "from": self.customer, "to": self.business, "type": kind}
        self.simulator.control("say", said | {"tap": tap, "reply_to": shown["message_id"]})
        return self._heard()

    def _heard(self) -> MessageReceived:
        """The last message; receipts of what was sent before come when they come."""
        heard = [event for hit in self.application.to(f"/{self.provider}") for event in self._read(hit)]
        return [event for event in heard if isinstance(event, MessageReceived)][-1]

    def _read(self, hit: Hit) -> Sequence[InboundEvent]:
        url = self.application.url + hit.path
        request = WebhookRequest(method="POST", url=url, headers=hit.headers, body=hit.body)
        self.channel.verify(request, self.account)
        return self.channel.parse(request, self.account).events


@pytest.fixture(params=[ChannelName.LINE, *TELLS_ACTIONS])
async def phone(
    request: pytest.FixtureRequest, simulator: Simulator, application: Application
) -> AsyncIterator[Phone]:
    phone = _MAKE[request.param](simulator, application)
    yield phone
    await phone.channel.close()


def _line(simulator: Simulator, application: Application) -> Phone:
    simulated_line.furnish(simulator, application)
    simulated_line.befriend(simulator)
    channel = line.a_channel(simulator.url, read=5, total=10)
    ends = ("line", line.BOT, line.CUSTOMER)
    return Phone(simulator, application, channel, line.credentials(), *ends)


def _business(simulator: Simulator, application: Application) -> Phone:
    furnish_business(simulator, application)
    ends = {"provider": "gbm", "from": google.CONVERSATION, "to": google.AGENT}
    simulator.control("say", ends | {"text": "Hello"})  # customers begin
    channel = google.a_business_channel(simulator.url, read=5, total=10)
    ends = ("gbm", google.AGENT, google.CONVERSATION)
    return Phone(simulator, application, channel, google.credentials(), *ends)


def _rcs(simulator: Simulator, application: Application) -> Phone:
    furnish_rcs(simulator, application)
    channel = google.an_rcs_channel(simulator.url, read=5, total=10)
    ends = ("rcs", google.RCS_AGENT, google.PHONE)
    return Phone(simulator, application, channel, google.credentials(ChannelName.RCS, {}), *ends)


_MAKE = {
    ChannelName.LINE: _line,
    ChannelName.GOOGLE_BUSINESS_MESSAGES: _business,
    ChannelName.RCS: _rcs,
}


async def test_a_suggestion_beneath_a_text_comes_back_with_its_payload(phone: Phone) -> None:
    shown = await phone.shows(Text(text="Shall we?", suggestions=(YES, SHOP, CALL)))
    assert shown["text"] == "Shall we?"
    assert [(each["kind"], each["title"], each["url"]) for each in shown["actions"]] == [
        ("button", "Yes, please", None),
        ("link", "Shop", "https://shop.example/a?b=c"),
        ("phone", "Call us", "tel:+14155550100"),
    ]
    content = phone.tap(shown, shown["actions"][0]).content
    assert content == Choice(text="Yes, please", payload=PAYLOAD, source="button")


async def test_cards_are_shown_side_by_side_and_their_buttons_come_back(phone: Phone) -> None:
    cards = (Card(title="A", text="Blue", image=IMAGE, suggestions=(NO, SHOP)), Card(text="B"))
    shown = await phone.shows(Cards(cards=cards, suggestions=(YES,)), PICTURE)
    assert [(card["title"], card["text"], card["url"]) for card in shown["cards"]] == [
        ("A", "Blue", PICTURE),
        ("", "B", None),
    ]
    first, second = shown["cards"]
    assert [each["title"] for each in first["actions"]] == ["No", "Shop"]
    assert second["actions"] == []
    assert phone.tap(shown, first["actions"][0]).content == Choice(
        text="No", payload="no", source="button"
    )
    assert phone.tap(shown, shown["actions"][0]).content == Choice(
        text="Yes, please", payload=PAYLOAD, source="button"
    )


async def test_as_much_as_the_channel_carries_is_taken_by_its_provider(phone: Phone) -> None:
    """The stand-ins refuse what exceeds the documented limits: ours must not be above them."""
    what = phone.channel.capabilities
    assert what.suggestions
    assert what.cards
    reply = Reply(text="x" * what.suggestions.label_limit, payload="p" * what.suggestions.payload_limit)
    card = Card(
        title="t" * min(what.cards.title_limit, 200),
        text="d" * min(what.cards.text_limit, 2000),
        suggestions=(reply,) * what.cards.most_suggestions,
    )
    most = min(what.cards.most_side_by_side, 10)
    shown = await phone.shows(Cards(cards=(card,) * most, suggestions=(reply,) * what.suggestions.most))
    assert len(shown["actions"]) == what.suggestions.most
    assert shown["cards"][-1]["text"] == card.text


@pytest.mark.parametrize("phone", TELLS_ACTIONS, indirect=True)
async def test_an_opened_page_is_told_as_a_choice(phone: Phone) -> None:
    shown = await phone.shows(Text(text="Here", suggestions=(SHOP,)))
    content = phone.tap(shown, shown["actions"][0], "action").content
    assert content == Choice(text="Shop", payload="https://shop.example/a?b=c", source="button")


@pytest.mark.parametrize("phone", [ChannelName.RCS], indirect=True)
async def test_an_old_phone_reads_what_it_cannot_tap(phone: Phone) -> None:
    customer(phone.simulator, details={"features": ""})
    shown = await phone.shows(Cards(cards=(Card(title="A", suggestions=(YES, SHOP)), Card(text="B"))))
    assert shown["cards"] == []
    assert shown["text"] == "A\n\n1. Yes, please\nShop: https://shop.example/a?b=c\n\nB"
