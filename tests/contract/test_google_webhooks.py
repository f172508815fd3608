"""Who may call: Google's signature and the handshake, which alone comes without one."""

import pytest

from channels.google.signature import sign
from domain.errors import InvalidSignature
from tests.contract import google_samples as google

CHANNEL = google.a_business_reader()
MINE = google.credentials()
HANDSHAKE = google.business_payload("handshake")


def test_the_partner_key_signs_too() -> None:
    request = google.a_business_request(google.business_payload("message"), google.PARTNER_KEY)
    CHANNEL.verify(request, MINE)


def test_the_signature_is_the_documented_one() -> None:
    assert sign("key", b"body").decode() == google.signature_of(b"body", "key")


@pytest.mark.parametrize("token", [google.TOKEN, google.OLD_TOKEN])
def test_a_handshake_is_answered_with_its_secret_and_nothing_else(token: str) -> None:
    request = google.a_business_request({**HANDSHAKE, "clientToken": token}, None)
    CHANNEL.verify(request, MINE)
    assert CHANNEL.parse(request, MINE).events == ()
    answer = CHANNEL.answer(request, MINE)
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", "0123456789")


def test_a_handshake_may_say_more() -> None:
    request = google.a_business_request({**HANDSHAKE, "apiVersion": "v2", "region": "eu"}, None)
    CHANNEL.verify(request, MINE)
    assert CHANNEL.answer(request, MINE).body == "0123456789"


@pytest.mark.parametrize(
    "body",
    [
        {**HANDSHAKE, "clientToken": "somebody else's"},
        {**HANDSHAKE, "clientToken": google.PARTNER_KEY},
        {**HANDSHAKE, "clientToken": ""},
        {**HANDSHAKE, "clientToken": None},
        {**HANDSHAKE, "clientToken": [google.TOKEN]},
        {**HANDSHAKE, "clientToken": google.TOKEN + "\u00fc"},
        {**HANDSHAKE, "secret": ""},
        {**HANDSHAKE, "secret": 5},
        {**HANDSHAKE, "secret": "x" * 300},
        {**HANDSHAKE, "message": {"text": "hello"}},
        {**google.business_payload("message"), "clientToken": google.TOKEN, "secret": "1"},
        {"clientToken": google.TOKEN},
        [HANDSHAKE],
    ],
)
def test_inv10_what_is_not_exactly_a_handshake_needs_a_signature(body: object) -> None:
    request = google.a_business_request(body, None)
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(request, MINE)
    assert CHANNEL.answer(request, MINE).body == ""


@pytest.mark.parametrize("tokens", [(), ("",)])
def test_inv10_without_a_client_token_no_handshake_is_answered(tokens: tuple[str, ...]) -> None:
    bare = google.credentials(client_token=tokens, partner_key=())
    for token in ("", google.TOKEN):
        request = google.a_business_request({**HANDSHAKE, "clientToken": token}, None)
        with pytest.raises(InvalidSignature):
            CHANNEL.verify(request, bare)


def test_inv10_a_long_body_is_not_read_before_its_signature_was_checked() -> None:
    padded = b" " * 4096 + google.a_business_request(HANDSHAKE, None).body
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(google.a_business_request(padded, None), MINE)


def test_inv10_a_handshake_by_get_is_refused() -> None:
    request = google.a_business_request(google.business_payload("message"))
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(request.model_copy(update={"method": "GET"}), MINE)


def test_an_ordinary_webhook_is_answered_with_nothing() -> None:
    request = google.a_business_request(google.business_payload("message"))
    assert CHANNEL.answer(request, MINE).body == ""
