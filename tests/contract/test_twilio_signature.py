"""Twilio's signature, with the SDK's own validator as the oracle."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.twilio import signature
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.errors import InvalidSignature
from domain.ids import new_id
from tests.contract import twilio_samples as twilio

VECTORS = json.loads((twilio.PAYLOADS / "signature_vectors.json").read_text())
OURS = twilio.credentials()


def is_accepted(request: WebhookRequest, credentials: Credentials = OURS) -> bool:
    try:
        signature.verify(request, credentials)
    except InvalidSignature:
        return False
    return True


def a_vector(vector: dict[str, Any]) -> tuple[WebhookRequest, Credentials]:
    request = WebhookRequest(
        method="POST",
        url=vector["url"],
        headers={"content-type": vector["content_type"], "x-twilio-signature": vector["signature"]},
        body=vector["body"].encode(),
    )
    secrets = {"auth_token": (vector["token"],)}
    return request, Credentials(account_id=new_id(), channel=ChannelName.WHATSAPP, secrets=secrets)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_twilios_own_examples_are_accepted(vector: dict[str, Any]) -> None:
    assert is_accepted(*a_vector(vector))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_twilios_own_examples_with_another_body_are_refused(vector: dict[str, Any]) -> None:
    request, credentials = a_vector(vector)
    assert not is_accepted(request.model_copy(update={"body": request.body + b"1"}), credentials)


def test_a_json_body_whose_hash_is_not_in_the_address_is_refused() -> None:
    url = "https://desk.example/hook"
    signed = RequestValidator(twilio.TOKEN).compute_signature(url, {})
    headers = {"content-type": "application/json", "x-twilio-signature": signed}
    assert not is_accepted(WebhookRequest(method="POST", url=url, headers=headers, body=b"{}"))


@pytest.mark.parametrize("name", twilio.names())
def test_every_recorded_webhook_is_accepted(name: str) -> None:
    assert is_accepted(twilio.a_request(twilio.payload(name)))


def test_a_blank_parameter_is_signed_like_any_other() -> None:
    """Dropping them, as many frameworks do, loses every picture without a caption."""
    parameters = twilio.payload("image")
    assert parameters["Body"] == ""
    with_blank = twilio.a_request(parameters)
    del parameters["Body"]
    without = twilio.a_request(parameters)
    assert not is_accepted(with_blank.model_copy(update={"body": without.body}))


@given(
    parameters=st.lists(
        st.tuples(st.sampled_from(["Body", "From", "X", "Ä"]), st.text(st.characters(codec="utf-8"))),
        max_size=8,
    ),
    query=st.sampled_from(["", "?message_id=1", "?a=%2F&b=+x", "?a=1&a=2"]),
)
def test_whatever_twilio_signs_is_accepted(parameters: list[tuple[str, str]], query: str) -> None:
    assert is_accepted(twilio.a_request(parameters, twilio.URL + query))


@given(body=st.binary(max_size=200), header=st.text(st.characters(codec="latin-1"), max_size=40))
def test_whatever_else_arrives_is_refused_without_an_error_of_another_kind(
    body: bytes, header: str
) -> None:
    request = WebhookRequest(
        method="POST", url=twilio.URL, headers={"x-twilio-signature": header}, body=body
    )
    assert not is_accepted(request)


def test_duplicate_parameters_are_all_signed() -> None:
    twice = [("Body", "a"), ("Body", "b"), ("From", "x")]
    assert is_accepted(twilio.a_request(twice))
    tampered = twilio.a_request(twice).model_copy(update={"body": b"Body=a&From=x"})
    assert not is_accepted(tampered)


@pytest.mark.parametrize(
    "called",
    [
        "http://desk.example/hook",  # TLS ended at the proxy
        "https://desk.example/hook/",
        "https://desk.example/HOOK",
        "https://desk.example/hook#rc=2",
        "https://desk.example/hook?a=/",
        "https://10.0.0.5/hook",
    ],
)
def test_another_address_than_the_signed_one_is_refused(called: str) -> None:
    request = twilio.a_request({"Body": "x"}, "https://desk.example/hook")
    assert is_accepted(request)
    assert not is_accepted(request.model_copy(update={"url": called}))


@pytest.mark.parametrize(
    ("signed", "called"),
    [
        ("https://desk.example:443/hook", "https://desk.example/hook"),
        ("https://desk.example/hook", "https://desk.example:443/hook"),
        ("http://desk.example:80/hook", "http://desk.example/hook"),
        ("https://user:pass@desk.example:8443/hook", "https://user:pass@desk.example:8443/hook"),
        ("https://desk.example/a%2Fb?c=%C3%A4", "https://desk.example/a%2Fb?c=%C3%A4"),
    ],
)
def test_the_default_port_does_not_matter_and_encoding_stays_as_sent(signed: str, called: str) -> None:
    request = twilio.a_request({"Body": "x"}, signed)
    assert is_accepted(request.model_copy(update={"url": called}))


@pytest.mark.parametrize("url", ["", "https://[::1/hook", "https://desk.example:99999/hook", "::"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    request = twilio.a_request({"Body": "x"}).model_copy(update={"url": url})
    assert not is_accepted(request)


def test_a_webhook_set_to_get_carries_its_parameters_in_the_address() -> None:
    url = f"{twilio.URL}?AccountSid={twilio.ACCOUNT_SID}&Body=hi"
    request = twilio.a_request({}, url).model_copy(update={"method": "GET"})
    assert is_accepted(request)
    assert not is_accepted(request.model_copy(update={"url": url + "!"}))


def test_a_sub_account_signs_with_its_own_token_only() -> None:
    parameters = {"AccountSid": twilio.SUB_ACCOUNT_SID, "Body": "x"}
    assert is_accepted(twilio.a_request(parameters, token=twilio.SUB_TOKEN))
    assert not is_accepted(twilio.a_request(parameters, token=twilio.TOKEN))
    ours = {"AccountSid": twilio.ACCOUNT_SID, "Body": "x"}
    assert not is_accepted(twilio.a_request(ours, token=twilio.SUB_TOKEN))


def test_an_account_that_is_not_ours_is_refused_however_well_it_signs() -> None:
    stranger = {"AccountSid": "AC" + "f" * 32, "Body": "x"}
    assert not is_accepted(twilio.a_request(stranger))
    two = [("AccountSid", twilio.ACCOUNT_SID), ("AccountSid", "AC" + "f" * 32)]
    assert not is_accepted(twilio.a_request(two))


class TestSharedKey:
    """Twilio's HMAC-SHA256 signatures (public beta)."""

    SETTINGS = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"

    def a_request(self, key: str, settings: str = SETTINGS) -> WebhookRequest:
        request = twilio.a_request({"AccountSid": twilio.ACCOUNT_SID})
        signed = RequestValidator(key).compute_signature(
            twilio.URL, {"AccountSid": twilio.ACCOUNT_SID}, "HMAC_SHA256"
        )
        headers = {
            **request.headers,
            "x-twilio-signature": signed,
            "x-twilio-webhooks-signature-settings": settings,
        }
        return request.model_copy(update={"headers": headers})

    def with_key(self, *keys: str) -> Credentials:
        return OURS.model_copy(update={"secrets": {**OURS.secrets, "shared_key": keys}})

    def test_is_accepted_with_any_key_that_is_set(self) -> None:
        assert is_accepted(self.a_request("k1"), self.with_key("k2", "k1"))

    def test_is_refused_without_one_and_with_the_auth_token(self) -> None:
        assert not is_accepted(self.a_request("k1"))
        assert not is_accepted(self.a_request(twilio.TOKEN), self.with_key("k1"))

    def test_an_unknown_algorithm_is_refused(self) -> None:
        request = self.a_request("k1", "key=1,algorithm=HMAC_MD5")
        assert not is_accepted(request, self.with_key("k1"))


def test_the_hash_of_a_json_body_is_compared_with_the_body() -> None:
    body = b'{"a": 1}'
    url = f"{twilio.URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = RequestValidator(twilio.TOKEN).compute_signature(url, {})
    headers = {"content-type": "application/json; charset=utf-8", "x-twilio-signature": signed}
    request = WebhookRequest(method="POST", url=url, headers=headers, body=body)
    assert is_accepted(request)
    assert not is_accepted(request.model_copy(update={"body": b'{"a": 2}'}))
