"""Customers' messages as Twilio sends them: correctly signed HTTP requests, ready to be written."""

import base64
import hashlib
import hmac
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

TEXT = "Hello, could you please tell me where my parcel is? The number is 4711-0815. Thank you!"
FIRST_PHONE = 15_550_000_000


@dataclass(frozen=True)
class Twilio:
    """One WhatsApp number at Twilio, and the web server that its messages are reported to."""

    host: str
    port: int
    path: str
    """Asked of `host` and `port`."""
    signed_url: str
    """What the signature covers: the address as the provider knows it."""
    account_sid: str
    number: str
    token: str = field(repr=False)

    def message(self, customer: int, text: str = TEXT) -> bytes:
        """One HTTP request: this customer says that."""
        params = self._params(customer, text)
        signed = self.signed_url + "".join(name + params[name] for name in sorted(params))
        digest = hmac.new(self.token.encode(), signed.encode(), hashlib.sha1).digest()
        body = urlencode(params).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: TwilioProxy/1.1\r\n"
            f"X-Twilio-Signature: {base64.b64encode(digest).decode()}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _params(self, customer: int, text: str) -> dict[str, str]:
        sid = f"SM{uuid4().hex}"
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account_sid,
            "From": f"whatsapp:{phone(customer)}",
            "To": f"whatsapp:{self.number}",
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageType": "text",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            "ProfileName": "Ann Example",
            "WaId": phone(customer).removeprefix("+"),
        }

    def as_dict(self) -> dict[str, Any]:
        """For another process of ours."""
        return asdict(self)


def phone(customer: int) -> str:
    """The number of a customer, by their place among all of a run."""
    return f"+{FIRST_PHONE + customer}"
