"""The adapter and the project's own stand-in for Twilio: whole exchanges, and doubts resolved."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from channels.webhooks import WebhookRequest
from channels.whatsapp import WhatsAppChannel
from domain.channels import ChannelName
from domain.configuration import Approval, Credentials
from domain.errors import AccountRejected, OutcomeUnknown, RateLimited
from domain.ids import new_id
from domain.messages import (
    DeliveryStatus,
    Media,
    MessageReceived,
    OutboundMessage,
    StatusReported,
    TemplateUse,
    Text,
)
from tests.contract.simulated_twilio import ACCOUNT, FROM, TO, TOKEN, Application, Hit, Simulator
from tests.contract.twilio_samples import a_channel

CREDENTIALS = Credentials(
    account_id=new_id(),
    channel=ChannelName.WHATSAPP,
    settings={"account_sid": ACCOUNT},
    secrets={"auth_token": (TOKEN,)},
)


@pytest.fixture
async def channel(simulator: Simulator) -> AsyncIterator[WhatsAppChannel]:
    channel = a_channel(simulator.url, read=5, total=10)
    yield channel
    await channel.close()


def a_text(text: str = "Hi", callback: str | None = None) -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=FROM,
        recipient=TO,
        content=Text(text=text),
        status_callback_url=callback,
    )


def the_request(application: Application, hit: Hit) -> WebhookRequest:
    """What the simulator sent, rebuilt from what the application wrote down."""
    body = urlencode(hit.params).encode()
    return WebhookRequest(method="POST", url=application.url + hit.path, headers=hit.headers, body=body)


@pytest.mark.parametrize("kind", ["text", "image", "audio", "document", "contacts", "hologram"])
async def test_what_the_customer_says_is_verified_read_and_fetched(
    simulator: Simulator, application: Application, channel: WhatsAppChannel, kind: str
) -> None:
    simulator.say(type=kind)
    request = the_request(application, application.to("/messages")[0])
    channel.verify(request, CREDENTIALS)
    (event,) = channel.parse(request, CREDENTIALS).events
    assert isinstance(event, MessageReceived)
    assert (event.sender.address, event.endpoint_address) == (TO, FROM)
    if isinstance(event.content, Media):
        (item,) = event.content.items
        assert (await channel.download(item, CREDENTIALS)).mime_type == item.mime_type


async def test_a_message_reaches_the_customer_and_its_callbacks_name_it(
    simulator: Simulator, application: Application, channel: WhatsAppChannel
) -> None:
    simulator.say()
    message = a_text()
    url = f"{application.url}/status?message_id={message.message_id}"
    receipt = await channel.send(message.model_copy(update={"status_callback_url": url}), CREDENTIALS)
    application.wait_until(lambda: "read" in application.statuses())
    for hit in application.to("/status"):
        request = the_request(application, hit)
        channel.verify(request, CREDENTIALS)
        (event,) = channel.parse(request, CREDENTIALS).events
        assert isinstance(event, StatusReported)
        assert event.provider_message_id == receipt.provider_message_id
        assert event.message_id == message.message_id
    assert simulator.delivered() == ["Hi"]


@pytest.mark.parametrize("fault", ["answer_lost", "taken_with_error"])
async def test_inv3_a_message_taken_without_an_answer_is_found_and_its_twin_is_not(
    simulator: Simulator, channel: WhatsAppChannel, fault: str
) -> None:
    simulator.say()
    earlier = await channel.send(a_text(), CREDENTIALS)
    since = datetime.now(UTC)
    simulator.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        await channel.send(a_text(), CREDENTIALS)
    simulator.faults()
    known = frozenset({earlier.provider_message_id})
    found = await channel.find_sent(a_text(), CREDENTIALS, since, already_known=known)
    assert found
    assert found.provider_message_id not in known
    both = known | {found.provider_message_id}
    assert await channel.find_sent(a_text(), CREDENTIALS, since, already_known=both) is None


async def test_inv3_a_message_that_was_not_taken_is_not_found(
    simulator: Simulator, channel: WhatsAppChannel
) -> None:
    simulator.say()
    since = datetime.now(UTC)
    simulator.faults(server_error=1)
    with pytest.raises(OutcomeUnknown):
        await channel.send(a_text(), CREDENTIALS)
    simulator.faults()
    assert await channel.find_sent(a_text(), CREDENTIALS, since, already_known=frozenset()) is None


async def test_limits_and_a_revoked_token_are_told_apart(
    simulator: Simulator, channel: WhatsAppChannel
) -> None:
    simulator.faults(rate_limited=1, retry_after_seconds=3)
    with pytest.raises(RateLimited) as caught:
        await channel.send(a_text(), CREDENTIALS)
    assert caught.value.retry_after
    assert caught.value.retry_after.total_seconds() == 3
    simulator.faults(token_revoked=True)
    with pytest.raises(AccountRejected):
        await channel.send(a_text(), CREDENTIALS)


async def test_an_approved_template_is_listed_and_sent(
    simulator: Simulator, channel: WhatsAppChannel
) -> None:
    listed = await channel.templates(CREDENTIALS)
    template = next(each for each in listed if each.approval is Approval.APPROVED and each.text)
    assert (await channel.approval(template.content_sid, CREDENTIALS))[0] is Approval.APPROVED
    use = TemplateUse(
        template_id=new_id(),
        name=template.name,
        language=template.language,
        content_sid=template.content_sid,
        variables=dict.fromkeys(template.variables, "x"),
        text=template.text,
    )
    receipt = await channel.send(a_text().model_copy(update={"content": use}), CREDENTIALS)
    assert receipt.status is DeliveryStatus.ACCEPTED
    simulator.wait_until(lambda: bool(simulator.delivered()))


async def test_inv1_what_a_lost_webhook_said_is_recovered(
    simulator: Simulator, application: Application, channel: WhatsAppChannel
) -> None:
    since = datetime.now(UTC)
    simulator.faults(lost_inbound=1)
    simulator.say(text="Is anybody there?")
    simulator.say(type="image", text="look")
    assert application.to("/messages") == []
    listed = await channel.received_between(CREDENTIALS, FROM, since, datetime.now(UTC))
    text, picture = [await channel.recover(CREDENTIALS, each) for each in listed.messages]
    assert text.content == Text(text="Is anybody there?")
    assert isinstance(picture.content, Media)
    assert (await channel.download(picture.content.items[0], CREDENTIALS)).mime_type == "image/png"
