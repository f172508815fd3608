"""Sending through Twilio: what is asked for, how often, and what each outcome becomes."""

import base64
import json
from collections.abc import AsyncIterator

import pytest

from channels.whatsapp import WhatsAppChannel
from domain.errors import (
    AccountRejected,
    ContentRejected,
    TemplateRejected,
)
from domain.ids import new_id
from domain.messages import (
    Choice,
    Content,
    DeliveryStatus,
    Location,
    Media,
    MediaItem,
    OutboundMessage,
    TemplateUse,
    Text,
    Unsupported,
)
from tests.contract import twilio_samples as twilio
from tests.contract.scripted_server import ScriptedServer, a_json

SID = "SM" + "a" * 32
TAKEN = a_json({"sid": SID, "status": "queued", "num_media": "0", "error_code": None}, status=201)
PICTURE = MediaItem(media_id=new_id(), mime_type="image/png")


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = lambda _: TAKEN
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[WhatsAppChannel]:
    channel = twilio.a_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def a_message(
    content: Content, media_urls: tuple[str, ...] = (), status_callback_url: str | None = None
) -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=twilio.ENDPOINT,
        recipient=twilio.CUSTOMER,
        content=content,
        media_urls=media_urls,
        status_callback_url=status_callback_url,
    )


def a_template(**variables: str) -> TemplateUse:
    return TemplateUse(
        template_id=new_id(),
        name="order_update",
        language="en",
        content_sid="HX" + "b" * 32,
        variables=variables,
        text="Your order is on its way.",
    )


HELLO = a_message(Text(text="Hello"), status_callback_url="https://desk.example/s?message_id=1")


async def test_a_text_is_one_post_with_everything_twilio_needs(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    receipt = await channel.send(HELLO, twilio.credentials())
    (request,) = server.requests
    assert (receipt.provider_message_id, receipt.status) == (SID, DeliveryStatus.ACCEPTED)
    assert (request.method, request.path) == (
        "POST",
        f"/2010-04-01/Accounts/{twilio.ACCOUNT_SID}/Messages.json",
    )
    assert dict(request.form) == {
        "To": twilio.CUSTOMER,
        "From": twilio.ENDPOINT,
        "Body": "Hello",
        "StatusCallback": "https://desk.example/s?message_id=1",
    }
    expected = base64.b64encode(f"{twilio.ACCOUNT_SID}:{twilio.TOKEN}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {expected}"


@pytest.mark.parametrize(
    ("message", "parameters"),
    [
        (
            a_message(Media(items=(PICTURE,), caption="Look"), media_urls=("https://x/1?a=b&c=d",)),
            {"MediaUrl": "https://x/1?a=b&c=d", "Body": "Look"},
        ),
        (a_message(Media(items=(PICTURE,)), media_urls=("https://x/1",)), {"MediaUrl": "https://x/1"}),
        (
            a_message(Location(latitude=52.5, longitude=-0.1, label="Office")),
            {"Body": "Office", "PersistentAction": "geo:52.500000,-0.100000|Office"},
        ),
        (
            a_message(Location(latitude=1, longitude=2)),
            {
                "Body": "1.000000,2.000000",
                "PersistentAction": "geo:1.000000,2.000000|1.000000,2.000000",
            },
        ),
        (a_message(a_template()), {"ContentSid": "HX" + "b" * 32}),
    ],
)
async def test_each_kind_of_content_has_its_parameters(
    server: ScriptedServer,
    channel: WhatsAppChannel,
    message: OutboundMessage,
    parameters: dict[str, str],
) -> None:
    await channel.send(message, twilio.credentials())
    form = dict(server.requests[0].form)
    assert form == {"To": twilio.CUSTOMER, "From": twilio.ENDPOINT, **parameters}


async def test_template_variables_travel_as_json_strings(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    use = a_template().model_copy(update={"variables": {"1": "Änn 🎉", "2": "5"}})
    await channel.send(a_message(use), twilio.credentials())
    form = dict(server.requests[0].form)
    assert json.loads(form["ContentVariables"]) == {"1": "Änn 🎉", "2": "5"}
    assert "Body" not in form


@pytest.mark.parametrize("value", ["", "   ", "a\nb", "a\tb", "a\r", "a     b"])
async def test_a_variable_whatsapp_would_refuse_is_refused_before_sending(
    server: ScriptedServer, channel: WhatsAppChannel, value: str
) -> None:
    with pytest.raises(TemplateRejected, match="first"):
        await channel.send(a_message(a_template(first=value)), twilio.credentials())
    assert server.requests == []


@pytest.mark.parametrize(
    "message",
    [
        a_message(Media(items=(PICTURE,))),
        a_message(Media(items=(PICTURE, PICTURE)), media_urls=("https://x/1", "https://x/2")),
        a_message(Choice(text="a", payload="b", source="button")),
        a_message(Unsupported(provider_type="poll")),
    ],
)
async def test_what_whatsapp_cannot_carry_is_refused_before_sending(
    server: ScriptedServer, channel: WhatsAppChannel, message: OutboundMessage
) -> None:
    with pytest.raises(ContentRejected):
        await channel.send(message, twilio.credentials())
    assert server.requests == []


async def test_settings_choose_service_sub_account_and_api_key(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    credentials = twilio.credentials(
        messaging_service_sid="MG" + "c" * 32,
        api_key_sid="SK" + "d" * 32,
        **{f"sub_account:{twilio.ENDPOINT}": twilio.SUB_ACCOUNT_SID},
    )
    secrets = {**credentials.secrets, "api_key_secret": ("key-secret",)}
    await channel.send(HELLO, credentials.model_copy(update={"secrets": secrets}))
    (request,) = server.requests
    assert dict(request.form)["MessagingServiceSid"] == "MG" + "c" * 32
    assert dict(request.form)["From"] == twilio.ENDPOINT
    assert f"/Accounts/{twilio.SUB_ACCOUNT_SID}/" in request.path
    user = base64.b64decode(request.headers["authorization"].split()[1]).decode()
    assert user == f"SK{'d' * 32}:key-secret"


async def test_an_account_without_a_token_is_rejected_before_sending(
    server: ScriptedServer, channel: WhatsAppChannel
) -> None:
    with pytest.raises(AccountRejected) as caught:
        await channel.send(HELLO, twilio.credentials().model_copy(update={"secrets": {}}))
    assert caught.value.needs_operator
    assert server.requests == []


async def test_environment_variables_of_twilio_do_not_move_the_host(
    server: ScriptedServer, channel: WhatsAppChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TWILIO_EDGE", "TWILIO_REGION"):
        monkeypatch.setenv(name, "dublin")
    await channel.send(HELLO, twilio.credentials())
    assert server.posts() == 1
