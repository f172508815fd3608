"""Twilio's webhooks as requests: parameters, signature, headers.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import hashlib
import json
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import httpx2

from simulator.courier import Connection, Errand, Failure
from simulator.records import Account, Customer, Endpoint, Media, Message
from simulator.twilio.errors import TITLES
from simulator.twilio.overrides import split_url
from simulator.twilio.requests import PREFIX
from simulator.twilio.resources import API_VERSION, media_path
from simulator.twilio.signature import sign
from simulator.utterance import Place, Referral, Tap, Utterance

_FORM: Final = "application/x-www-form-urlencoded"
_EVENTS: Final = {"delivered": "DELIVERED", "read": "READ", "undelivered": "UNDELIVERED"}


def inbound_errand(
    account: Account, endpoint: Endpoint, message: Message, params: dict[str, str]
) -> Errand | None:
    if endpoint.inbound_url is None:
        return None
    url, connection = _request_url(endpoint.inbound_url)
    return Errand(
        purpose="inbound",
        message_id=message.message_id,
        url=url,
        headers=_headers(account, url, params, content_type=_FORM),
        body=urlencode(params).encode(),
        alert_for=inbound_alert,
        connection=connection,
    )


def status_errand(account: Account, endpoint: Endpoint, message: Message) -> Errand | None:
    callback_url = message.callback_url or endpoint.status_url
    if callback_url is None:
        return None
    url, connection = _request_url(callback_url)
    params = status_params(message)
    return Errand(
        purpose="status",
        message_id=message.message_id,
        status=message.status,
        url=url,
        headers=_headers(account, url, params, content_type=f"{_FORM}; charset=utf-8"),
        body=urlencode(params).encode(),
        alert_for=status_alert,
        connection=connection,
    )


def inbound_params(
    message: Message, *, customer: Customer, media: list[Media], utterance: Utterance, base_url: str
) -> dict[str, str]:
    """Every parameter of one inbound message. Blank ones are sent, and signed, too."""
    params = {
        "MessageSid": message.message_id,
        "SmsSid": message.message_id,
        "SmsMessageSid": message.message_id,
        "AccountSid": message.account_id,
        "From": message.customer,
        "To": message.business,
        "Body": message.text,
        "NumMedia": str(len(media)),
        "NumSegments": "1",
        "ReferralNumMedia": "1" if utterance.referral and utterance.referral.media_url else "0",
        "MessageType": message.kind,
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
    }
    if message.messaging_service_id:
        params["MessagingServiceSid"] = message.messaging_service_id
    for number, item in enumerate(media):
        params[f"MediaUrl{number}"] = f"{base_url}{media_path(item)}"
        params[f"MediaContentType{number}"] = item.content_type
    return params | _person(customer, utterance) | _extras(message, utterance) | utterance.extra


def status_params(message: Message) -> dict[str, str]:
    recipient = message.addressed_as or message.customer
    params = {
        "MessageSid": message.message_id,
        "SmsSid": message.message_id,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "AccountSid": message.account_id,
        "From": message.business,
        "To": recipient,
        "ApiVersion": API_VERSION,
        "ChannelPrefix": "whatsapp",
        "ChannelInstallSid": "XE" + hashlib.sha256(message.business.encode()).hexdigest()[:32],
        "ChannelToAddress": recipient.removeprefix(PREFIX)[:-4] + "XXXX",
    }
    if message.messaging_service_id:
        params["MessagingServiceSid"] = message.messaging_service_id
    if message.status in _EVENTS:
        params["EventType"] = _EVENTS[message.status]
    if message.status == "sent":
        params["StructuredMessage"] = "false"
    if message.error_code is not None:
        params["ErrorCode"] = str(message.error_code)
        params["ErrorMessage"] = params["ChannelStatusMessage"] = TITLES[message.error_code]
    return params


def inbound_alert(answer: httpx2.Response | None, failure: Failure | None) -> str | None:
    """What Twilio's debugger says of an answer: TwiML is expected, and nothing else."""
    if (alert := status_alert(answer, failure)) is not None or answer is None:
        return alert
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip()
    is_twiml = content_type in {"text/xml", "application/xml"}
    return None if is_twiml or not answer.content else "12300"


def status_alert(answer: httpx2.Response | None, failure: Failure | None) -> str | None:
    if failure == "ct":
        return "11205"
    return "11200" if failure is not None or (answer is not None and answer.is_redirect) else None


def _request_url(configured: str) -> tuple[str, Connection]:
    """Sign exactly what the HTTP client will ask for: it escapes and completes URLs."""
    address, connection = split_url(configured)
    return str(httpx2.URL(address)), connection


def _headers(
    account: Account, url: str, params: dict[str, str], *, content_type: str
) -> dict[str, str]:
    return {
        "Content-Type": content_type,
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": sign(account.auth_token, url, params),
        "I-Twilio-Idempotency-Token": str(uuid4()),
        "X-Home-Region": "us1",
    }


def _person(customer: Customer, utterance: Utterance) -> dict[str, str]:
    """Somebody known only by a username has no WaId."""
    name = customer.address.removeprefix(PREFIX)
    person = {"ProfileName": customer.profile_name}
    if name.startswith("+"):
        person["WaId"] = name.removeprefix("+")
    user_id = customer.user_id or (None if name.startswith("+") else customer.address)
    if user_id is not None:
        person["ExternalUserId"] = user_id
    context = person | {
        "Forwarded": str(utterance.forwarded).lower(),
        "FrequentlyForwarded": str(utterance.frequently_forwarded).lower(),
    }
    metadata = {"type": "whatsapp", "data": {"context": context}}
    return person | {"ChannelMetadata": json.dumps(metadata, ensure_ascii=False)}


def _extras(message: Message, utterance: Utterance) -> dict[str, str]:
    params: dict[str, str] = {}
    if utterance.forwarded or utterance.frequently_forwarded:
        params["Forwarded"] = "true"
        params["FrequentlyForwarded"] = str(utterance.frequently_forwarded).lower()
    if message.reply_to is not None:
        params["OriginalRepliedMessageSid"] = message.reply_to
        params["OriginalRepliedMessageSender"] = message.business
    if utterance.location is not None:
        params |= _place(utterance.location)
    if utterance.tap is not None:
        params |= _tap(utterance.type, utterance.tap)
    if utterance.referral is not None:
        params |= _referral(utterance.referral)
    return params


def _place(place: Place) -> dict[str, str]:
    params = {"Latitude": str(place.latitude), "Longitude": str(place.longitude)}
    optional = {"Label": place.label, "Address": place.address}
    return params | {name: value for name, value in optional.items() if value}


def _tap(kind: str, tap: Tap) -> dict[str, str]:
    if kind == "list":
        return {"ListId": tap.payload, "ListTitle": tap.text, "ListDescription": tap.description}
    return {"ButtonText": tap.text, "ButtonPayload": tap.payload}


def _referral(referral: Referral) -> dict[str, str]:
    params = {
        "ReferralBody": referral.body,
        "ReferralHeadline": referral.headline,
        "ReferralSourceId": referral.source_id,
        "ReferralSourceType": referral.source_type,
        "ReferralSourceUrl": referral.source_url,
        "ReferralCtwaClid": referral.click_id,
    }
    if referral.media_url is not None:
        params["ReferralMediaUrl"] = referral.media_url
        params["ReferralMediaContentType"] = referral.media_content_type or "image/jpeg"
        params["ReferralMediaId"] = referral.source_id
    return params
