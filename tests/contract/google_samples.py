"""Webhooks of Google's two channels in their documented shapes, and a service account of ours."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.exchange import Exchange, Timeouts
from channels.google.tokens import AccessTokens
from channels.google_business_messages import BusinessMessagesChannel
from channels.media_fetch import MediaFetcher
from channels.rcs import RcsChannel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.ids import new_id
from domain.messages import Content, OutboundMessage, Text
from tests.contract.scripted_server import Answer, Received, Script, ScriptedServer, a_json

PAYLOADS: Final = Path(__file__).parent / "payloads"
AGENT: Final = "brands/1111-brand/agents/2222-agent"
CONVERSATION: Final = "3f0f6c6e-7a0e-4f3b-9a55-0d3a6bb1b7aa"
OUR_MESSAGE: Final = "019a9e60-0000-7000-8000-000000000001"
RCS_AGENT: Final = "growing-tree-desk"
PHONE: Final = "+4915112345678"
PHONE_PATH: Final = f"/v1/phones/{PHONE}"
TOKEN: Final = "SJENCPGJESMGUFPY"
OLD_TOKEN: Final = "OLDTOKENOLDTOKEN"
PARTNER_KEY: Final = "partner-key"
EMAIL: Final = "desk@demo-project.iam.gserviceaccount.com"
URL: Final = "https://desk.example/webhooks/google-business-messages/0198"
RCS_ABLE: Final = a_json({"features": ["RICHCARD_STANDALONE", "ACTION_DIAL"]})
RCS_TAKEN: Final = a_json({"name": "phones/x/agentMessages/y", "sendTime": "2026-11-20T10:00:00Z"})


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def pem() -> str:
    return (
        private_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@cache
def public_pem() -> bytes:
    return (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def key_file(**changes: object) -> dict[str, object]:
    """As Google's Cloud console hands it out."""
    return {
        "type": "service_account",
        "project_id": "demo-project",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": pem(),
        "client_email": EMAIL,
        "client_id": "100000000000000000000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        **changes,
    }


def credentials(
    channel: ChannelName = ChannelName.GOOGLE_BUSINESS_MESSAGES,
    settings: Mapping[str, str] | None = None,
    **secrets: tuple[str, ...],
) -> Credentials:
    return Credentials(
        account_id=new_id(),
        channel=channel,
        settings={"partner_id": "partner-1"} if settings is None else dict(settings),
        secrets={
            "client_token": (TOKEN, OLD_TOKEN),
            "partner_key": (PARTNER_KEY,),
            "service_account": (json.dumps(key_file()),),
            **secrets,
        },
    )


def an_exchange(**timeouts: float) -> Exchange:
    return Exchange("Google", Timeouts(**timeouts))


def a_business_channel(
    url: str = "https://businessmessages.googleapis.com", **timeouts: float
) -> BusinessMessagesChannel:
    """The adapter as the runtime makes it, pointed at a server on this machine."""
    exchange = an_exchange(**timeouts)
    tokens = AccessTokens(exchange, token_url=f"{url}/token")
    media = MediaFetcher(allow_private_hosts=url.startswith("http:"))
    return BusinessMessagesChannel(exchange, tokens, media, api_url=url)


@cache
def a_business_reader() -> BusinessMessagesChannel:
    """An adapter for what needs no connection."""
    return a_business_channel()


def payload(folder: str, name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / folder / f"{name}.json").read_text())
    return body


def business_payload(name: str) -> dict[str, Any]:
    return payload("google_business_messages", name)


def signature_of(signed: bytes, token: str) -> str:
    return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha512).digest()).decode()


def a_business_request(body: object, token: str | None = TOKEN) -> WebhookRequest:
    """A request as Google signs it, or not at all: a handshake has no signature."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["x-goog-signature"] = signature_of(raw, token)
    return WebhookRequest(method="POST", url=URL, headers=headers, body=raw)


def an_rcs_channel(
    url: str = "https://rcsbusinessmessaging.googleapis.com", **timeouts: float
) -> RcsChannel:
    """The same for the successor."""
    exchange = an_exchange(**timeouts)
    tokens = AccessTokens(exchange, token_url=f"{url}/token")
    media = MediaFetcher(allow_private_hosts=url.startswith("http:"))
    return RcsChannel(exchange, tokens, media, api_url=url)


@cache
def an_rcs_reader() -> RcsChannel:
    """An adapter for what needs no connection."""
    return an_rcs_channel()


def rcs_payload(name: str) -> dict[str, Any]:
    return payload("rcs", name)


def in_envelope(data: bytes) -> dict[str, Any]:
    """As Pub/Sub pushes it, each key in both of its spellings."""
    message = {
        "attributes": {"business_id": RCS_AGENT, "message_type": "TEXT"},
        "data": base64.b64encode(data).decode(),
        "messageId": "9153183000000001",
        "message_id": "9153183000000001",
        "publishTime": "2026-11-20T10:00:01.3Z",
        "publish_time": "2026-11-20T10:00:01.3Z",
    }
    return {"message": message, "subscription": "projects/rbm-prod/subscriptions/webhook"}


def an_rcs_request(event: object, token: str = TOKEN) -> WebhookRequest:
    """A request as Google signs it: the data only."""
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return WebhookRequest(
        method="POST",
        url="https://desk.example/webhooks/rcs/0198",
        headers={"content-type": "application/json", "x-goog-signature": signature_of(data, token)},
        body=json.dumps(in_envelope(data)).encode(),
    )


def tampered_data(body: bytes) -> bytes:
    """An envelope in whose data one byte was changed."""
    data = base64.b64decode(json.loads(body)["message"]["data"])
    return json.dumps(in_envelope(data.replace(b"hello", b"hellp"))).encode()


def a_token(name: str = "ya29.token", expires_in: object = 3599) -> Answer:
    return a_json({"access_token": name, "expires_in": expires_in, "token_type": "Bearer"})


def with_token(answer: Callable[[Received], Answer] | Answer) -> Script:
    """Google with a token server: everything but the token is answered like this."""

    def script(received: Received) -> Answer:
        if received.path == "/token":
            return a_token()
        return answer(received) if callable(answer) else answer

    return script


def answering(taking: Answer = RCS_TAKEN, capable: Answer = RCS_ABLE) -> Script:
    """RCS for Business with a token server: what becomes of messages, and what a phone can show."""
    return with_token(lambda request: capable if request.path.endswith("/capabilities") else taking)


def a_message(content: Content | None = None, **changes: Any) -> OutboundMessage:
    """What an agent says in a conversation of Business Messages."""
    message = OutboundMessage(
        message_id=new_id(),
        endpoint_address=AGENT,
        recipient=CONVERSATION,
        content=content or Text(text="Hello"),
    )
    return message.model_copy(update=changes)


def an_rcs_message(content: Content | None = None, **changes: Any) -> OutboundMessage:
    """What an agent says to a phone."""
    return a_message(content, **{"endpoint_address": RCS_AGENT, "recipient": PHONE, **changes})


def an_error(code: int, status: str, reason: str | None = None, **headers: str) -> Answer:
    """As Google's APIs tell one."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    error = {"code": code, "message": "x", "status": status, "details": details if reason else []}
    return a_json({"error": error}, code, **headers)


def calls(server: ScriptedServer) -> list[Received]:
    """What an API was asked, without the questions for a token."""
    return [request for request in server.requests if request.path != "/token"]


def posts(server: ScriptedServer) -> list[Received]:
    """What was to be made there."""
    return [request for request in calls(server) if request.method == "POST"]
