"""What is asked of every channel adapter alike. A new adapter adds one row to ADAPTERS."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from channels.base import Channel
from channels.extras import SentLookup
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.errors import ChannelError, InvalidSignature, UnreadableWebhook
from domain.messages import MessageReceived, StatusReported, Text
from tests.contract import google_samples as google
from tests.contract import line_samples as line
from tests.contract import twilio_samples as twilio


@dataclass(frozen=True)
class Adapter:
    """One adapter, and how its provider would call it."""

    make: Callable[[], Channel]
    credentials: Credentials
    message: Callable[[str], WebhookRequest]
    """The message "hello", signed with this secret."""
    status: Callable[[], WebhookRequest] | None
    """None where the provider reports none."""
    signature_header: str
    secret: str
    rotated_secret: str
    secret_name: str
    tampered: Callable[[bytes], bytes] = lambda body: body.replace(b"hello", b"hellp")
    """The body of `message` with one byte changed of what its provider signs."""


def _twilio_message(token: str) -> WebhookRequest:
    return twilio.a_request({**twilio.payload("text"), "Body": "hello"}, token=token)


ADAPTERS = {
    "whatsapp": Adapter(
        make=twilio.a_reader,
        credentials=twilio.credentials(),
        message=_twilio_message,
        status=lambda: twilio.a_request(twilio.payload("status_sent"), twilio.STATUS_URL),
        signature_header="x-twilio-signature",
        secret=twilio.TOKEN,
        rotated_secret=twilio.OLD_TOKEN,
        secret_name="auth_token",
    ),
    "line": Adapter(
        make=line.a_reader,
        credentials=line.credentials(),
        message=line.a_hello,
        status=None,
        signature_header="x-line-signature",
        secret=line.SECRET,
        rotated_secret=line.OLD_SECRET,
        secret_name="channel_secret",
    ),
    "google_business_messages": Adapter(
        make=google.a_business_reader,
        credentials=google.credentials(partner_key=()),
        message=lambda token: google.a_business_request(google.business_payload("message"), token),
        status=lambda: google.a_business_request(google.business_payload("receipt_delivered")),
        signature_header="x-goog-signature",
        secret=google.TOKEN,
        rotated_secret=google.OLD_TOKEN,
        secret_name="client_token",
    ),
    "rcs": Adapter(
        make=google.an_rcs_reader,
        credentials=google.credentials(ChannelName.RCS),
        message=lambda token: google.an_rcs_request(google.rcs_payload("text"), token),
        status=lambda: google.an_rcs_request(google.rcs_payload("delivered")),
        signature_header="x-goog-signature",
        secret=google.TOKEN,
        rotated_secret=google.OLD_TOKEN,
        secret_name="client_token",
        tampered=google.tampered_data,
    ),
}


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


async def test_a_signed_message_is_read(adapter: Adapter) -> None:
    channel, request = adapter.make(), adapter.message(adapter.secret)
    channel.verify(request, adapter.credentials)
    (event,) = channel.parse(request, adapter.credentials).events
    assert isinstance(event, MessageReceived)
    assert event.content == Text(text="hello")


async def test_a_status_names_the_message_and_how_far_it_came(adapter: Adapter) -> None:
    if adapter.status is None:
        assert not adapter.make().capabilities.delivery_receipts
        return
    channel, request = adapter.make(), adapter.status()
    channel.verify(request, adapter.credentials)
    (event,) = channel.parse(request, adapter.credentials).events
    assert isinstance(event, StatusReported)


async def test_the_secret_being_rotated_out_is_still_good(adapter: Adapter) -> None:
    adapter.make().verify(adapter.message(adapter.rotated_secret), adapter.credentials)


async def test_inv10_a_signature_with_another_secret_is_refused(adapter: Adapter) -> None:
    with pytest.raises(InvalidSignature):
        adapter.make().verify(adapter.message("somebody else's"), adapter.credentials)


@pytest.mark.parametrize("header", ["", " ", "=", "ü" * 28, "A" * 10_000, "A" * 27 + "="])
async def test_inv10_a_wrong_signature_is_refused(adapter: Adapter, header: str) -> None:
    request = adapter.message(adapter.secret)
    forged = request.model_copy(
        update={"headers": {**request.headers, adapter.signature_header: header}}
    )
    with pytest.raises(InvalidSignature):
        adapter.make().verify(forged, adapter.credentials)


async def test_inv10_a_missing_signature_is_refused(adapter: Adapter) -> None:
    request = adapter.message(adapter.secret)
    headers = {
        name: value for name, value in request.headers.items() if name != adapter.signature_header
    }
    with pytest.raises(InvalidSignature):
        adapter.make().verify(request.model_copy(update={"headers": headers}), adapter.credentials)


async def test_inv10_one_changed_byte_of_the_body_is_refused(adapter: Adapter) -> None:
    request = adapter.message(adapter.secret)
    changed = request.model_copy(update={"body": adapter.tampered(request.body)})
    assert changed.body != request.body
    with pytest.raises(InvalidSignature):
        adapter.make().verify(changed, adapter.credentials)


@pytest.mark.parametrize("secrets", [(), ("",)])
async def test_inv10_without_a_secret_the_door_is_closed(
    adapter: Adapter, secrets: tuple[str, ...]
) -> None:
    bare = adapter.credentials.model_copy(update={"secrets": {adapter.secret_name: secrets}})
    for request in (adapter.message(""), adapter.message(adapter.secret)):
        with pytest.raises(InvalidSignature):
            adapter.make().verify(request, bare)


@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 100, b"\xff\xfe=\xc3\x28", b"a=b&" * 5000, b"[]", b"%"]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_whatever_arrives_is_refused_and_never_breaks(
    adapter: Adapter, body: bytes, method: str
) -> None:
    channel, good = adapter.make(), adapter.message(adapter.secret)
    request = good.model_copy(update={"body": body, "method": method})
    with pytest.raises(InvalidSignature):
        channel.verify(request, adapter.credentials)
    with pytest.raises(UnreadableWebhook):
        channel.parse(request, adapter.credentials)


async def test_inv3_a_send_without_an_answer_is_repeated_with_its_key_or_looked_up(
    adapter: Adapter,
) -> None:
    channel = adapter.make()
    assert channel.capabilities.idempotent_send is not isinstance(channel, SentLookup)


async def test_the_success_answer_is_a_success(adapter: Adapter) -> None:
    answer = adapter.make().answer(adapter.message(adapter.secret), adapter.credentials)
    assert 200 <= answer.status < 300


@pytest.mark.parametrize("code", ["", "0", "99999999999999999999", "abc", "\uff11\uff12", "-5"])
async def test_every_code_is_explained_even_one_that_does_not_exist(
    adapter: Adapter, code: str
) -> None:
    explanation = adapter.make().explain(code, {})
    assert issubclass(explanation.error_class, ChannelError)
    assert explanation.advice
    assert explanation.mail is None


async def test_an_account_without_settings_is_told_what_is_missing(adapter: Adapter) -> None:
    channel = adapter.make()
    assert channel.check_settings({}, [])
    assert channel.check_settings(adapter.credentials.settings, adapter.credentials.secrets) == []


async def test_secrets_and_message_text_stay_out_of_reprs(adapter: Adapter) -> None:
    request = adapter.message(adapter.secret)
    shown = repr(request) + repr(adapter.credentials)
    assert "hello" not in shown
    assert adapter.secret not in shown
