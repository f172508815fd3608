"""LINE's webhooks in its documented shape, signed with a secret of ours."""

import base64
import hashlib
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from channels.exchange import Timeouts
from channels.line import LineChannel
from channels.line_api.client import LineClient
from channels.media_fetch import MediaFetcher
from channels.webhooks import Parsed, WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.ids import new_id

PAYLOADS: Final = Path(__file__).parent / "payloads" / "line"
BOT: Final = "U" + "b" * 32
CUSTOMER: Final = "U" + "1" * 32
MEMBER: Final = "U" + "2" * 32
GROUP: Final = "C" + "9" * 32
ROOM: Final = "R" + "8" * 32
CHANNEL_ID: Final = "1234567890"
SECRET: Final = "8c570fa6dd201bb328f1c1eac23a96d8"
OLD_SECRET: Final = "0" * 32
TOKEN: Final = "a-long-lived-token"
URL: Final = "https://desk.example/webhooks/line/0198"


def credentials(*, pasted: bool = True, **settings: str) -> Credentials:
    tokens = {"channel_access_token": (TOKEN,)} if pasted else {}
    return Credentials(
        account_id=new_id(),
        channel=ChannelName.LINE,
        settings={"channel_id": CHANNEL_ID, **settings},
        secrets={"channel_secret": (SECRET, OLD_SECRET), **tokens},
    )


@cache
def _private_key(kid: str) -> dict[str, Any]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return RSAAlgorithm.to_jwk(private, as_dict=True) | {"kid": kid}


def signing_key(kid: str = "kid-1") -> dict[str, Any]:
    """An assertion signing key, with the kid that LINE gave it."""
    return _private_key(kid)


def public_key(kid: str = "kid-1") -> dict[str, Any]:
    """What LINE's console is given of it."""
    key = signing_key(kid)
    return {name: key[name] for name in ("kty", "n", "e", "kid")} | {"alg": "RS256", "use": "sig"}


def asserting(kid: str = "kid-1") -> Credentials:
    """An account that has tokens v2.1 issued."""
    account = credentials(pasted=False)
    secrets = {**account.secrets, "assertion_key": (json.dumps(signing_key(kid)),)}
    return account.model_copy(update={"secrets": secrets})


def a_channel(url: str = "https://api.line.me", **timeouts: float) -> LineChannel:
    """The adapter as the runtime makes it, pointed at a server on this machine."""
    client = LineClient(api_url=url, data_api_url=url, timeouts=Timeouts(**timeouts))
    return LineChannel(client, MediaFetcher(allow_private_hosts=url.startswith("http:")))


@cache
def a_reader() -> LineChannel:
    """An adapter for what needs no connection."""
    return LineChannel(LineClient(), MediaFetcher())


def body(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body(name))
    return found


def names() -> list[str]:
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


def an_envelope(*events: object) -> bytes:
    return json.dumps({"destination": BOT, "events": events}).encode()


def sign(content: bytes, secret: str = SECRET) -> str:
    digest = hmac.digest(secret.encode(), content, hashlib.sha256)
    return base64.b64encode(digest).decode()


def a_request(content: bytes, secret: str = SECRET) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        url=URL,
        headers={"content-type": "application/json", "x-line-signature": sign(content, secret)},
        body=content,
    )


def a_hello(secret: str = SECRET) -> WebhookRequest:
    found = payload("text")
    message = {"id": "1", "type": "text", "text": "hello"}
    return a_request(an_envelope({**found["events"][0], "message": message}), secret)


def parsed(content: bytes, **settings: str) -> Parsed:
    """What the adapter makes of a body that LINE signed."""
    channel, request, account = a_reader(), a_request(content), credentials(**settings)
    channel.verify(request, account)
    return channel.parse(request, account)
