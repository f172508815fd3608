"""Which webhooks are LINE's; its SDK is the oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.webhook import SignatureValidator

from channels.line_api import signature
from domain.errors import InvalidSignature
from tests.contract import line_samples as line

# https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
DOCUMENTED_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
DOCUMENTED = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def is_genuine(content: bytes, header: str, *secrets: str) -> bool:
    request = line.a_request(content).model_copy(update={"headers": {"x-line-signature": header}})
    account = line.credentials().model_copy(update={"secrets": {"channel_secret": secrets}})
    try:
        signature.verify(request, account)
    except InvalidSignature:
        return False
    return True


def test_inv10_the_documented_signature_is_good() -> None:
    assert is_genuine(DOCUMENTED_BODY, DOCUMENTED, line.SECRET)


@given(text=st.text(max_size=200), secret=st.text(min_size=1, max_size=40))
def test_inv10_we_agree_with_the_sdk(text: str, secret: str) -> None:
    content = text.encode("utf-8", "replace")
    header = line.sign(content, secret)
    assert is_genuine(content, header, secret)
    assert SignatureValidator(secret).validate(content.decode(), header)


def test_inv10_the_bytes_are_signed_and_not_what_they_mean() -> None:
    header = line.sign(b'{"events":[]}')
    assert is_genuine(b'{"events":[]}', header, line.SECRET)
    assert not is_genuine(b'{"events": []}', header, line.SECRET)


@pytest.mark.parametrize("secrets", [("new", "old"), ("old", "new")])
def test_while_a_secret_is_rotated_both_are_good(secrets: tuple[str, ...]) -> None:
    for secret in secrets:
        assert is_genuine(b"{}", line.sign(b"{}", secret), *secrets)


def test_inv10_an_empty_secret_signs_nothing() -> None:
    assert not is_genuine(b"{}", line.sign(b"{}", ""), "", "")
