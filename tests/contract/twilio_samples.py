"""Twilio's webhooks in its documented shape, signed with a key of ours."""

from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from channels.exchange import Timeouts
from channels.media_fetch import MediaFetcher
from channels.twilio.client import TwilioClients
from channels.twilio.form import Form
from channels.webhooks import WebhookRequest
from channels.whatsapp import WhatsAppChannel
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.ids import new_id

PAYLOADS: Final = Path(__file__).parent / "payloads" / "twilio"
ACCOUNT_SID: Final = "AC" + "0" * 31 + "1"
SUB_ACCOUNT_SID: Final = "AC" + "0" * 31 + "2"
ENDPOINT: Final = "whatsapp:+14155238886"
CUSTOMER: Final = "whatsapp:+4915112345678"
TOKEN: Final = "new-token"
OLD_TOKEN: Final = "old-token"
SUB_TOKEN: Final = "sub-token"
URL: Final = "https://desk.example/webhooks/twilio/0198/messages"
STATUS_URL: Final = "https://desk.example/webhooks/twilio/0198/status"


def credentials(**settings: str) -> Credentials:
    return Credentials(
        account_id=new_id(),
        channel=ChannelName.WHATSAPP,
        settings={"account_sid": ACCOUNT_SID, **settings},
        secrets={"auth_token": (TOKEN, OLD_TOKEN), f"auth_token:{SUB_ACCOUNT_SID}": (SUB_TOKEN,)},
    )


def a_channel(api_url: str = "https://api.twilio.com", **timeouts: float) -> WhatsAppChannel:
    """The adapter as the runtime makes it, pointed at a server on this machine."""
    clients = TwilioClients(api_url=api_url, content_url=api_url, timeouts=Timeouts(**timeouts))
    return WhatsAppChannel(clients, MediaFetcher(allow_private_hosts=api_url.startswith("http:")))


@cache
def a_reader() -> WhatsAppChannel:
    """An adapter for what needs no connection."""
    return a_channel()


def payload(name: str) -> dict[str, str]:
    """One of the recorded bodies, as parameters."""
    lines = (PAYLOADS / f"{name}.txt").read_text().split("\n")
    return dict(parse_qsl("&".join(line for line in lines if line), keep_blank_values=True))


def names(prefix: str = "") -> list[str]:
    return sorted(path.stem for path in PAYLOADS.glob(f"{prefix}*.txt"))


def a_request(
    parameters: dict[str, str] | list[tuple[str, str]], url: str = URL, token: str = TOKEN
) -> WebhookRequest:
    """A request signed by the SDK, which is the oracle for our own checking."""
    body = urlencode(parameters).encode()
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    return WebhookRequest(
        method="POST",
        url=url,
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": RequestValidator(token).compute_signature(url, Form(pairs)),
        },
        body=body,
    )
