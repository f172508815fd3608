"""Webhooks to the application: signed, and repeated with growing pauses until it answers 200."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import httpx2

from simulator.courier import Connection, Errand, Failure
from simulator.records import WebhookAttempt
from simulator.simulation import Simulation

REPEAT_FOR: Final = timedelta(days=7)
LONGEST_PAUSE: Final = 600.0
"""Seconds. The first pause is one second; each is twice the one before."""
MOST_ATTEMPTS: Final = 1100
"""More than fit into seven days at that pace."""
_ONCE: Final = Connection(retries=0)
_OK: Final = 200
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What Google wants to tell, before it is wrapped and signed."""

    purpose: Literal["inbound", "status"]
    message_id: str
    url: str
    token: str
    event: Json
    enveloped: bool = False
    """In a Pub/Sub envelope: RCS for Business."""
    status: str | None = None

    def errand(self) -> Errand:
        data = json.dumps(self.event, ensure_ascii=False).encode()
        body = envelope(data, self.message_id) if self.enveloped else data
        headers = {"Content-Type": "application/json", "User-Agent": "Google-Webhook-Stand-In"}
        return Errand(
            purpose=self.purpose,
            message_id=self.message_id,
            url=self.url,
            headers=headers | {"X-Goog-Signature": sign(self.token, data)},
            body=body,
            status=self.status,
            connection=_ONCE,
            alert_for=_alert,
        )


def sign(token: str, signed: bytes) -> str:
    """HMAC-SHA512 over the body, or over what its envelope holds."""
    return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha512).digest()).decode()


def envelope(data: bytes, message_id: str) -> bytes:
    """As Pub/Sub pushes it: every key in both spellings."""
    push_id = str(int(hashlib.sha256(message_id.encode() + data).hexdigest()[:12], 16))
    message: Mapping[str, Any] = {
        "attributes": {},
        "data": base64.b64encode(data).decode(),
        "messageId": push_id,
        "message_id": push_id,
    }
    subscription = "projects/rbm-stand-in/subscriptions/webhook"
    return json.dumps({"message": message, "subscription": subscription}).encode()


class Postman:
    """Brings letters. Whoever waits hears of the first attempt; the others are made meanwhile."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    async def bring(self, errand: Errand) -> list[WebhookAttempt]:
        attempts = await self._sim.courier.run(errand)
        self.repeat_if_needed(errand, attempts)
        return attempts

    def repeat_if_needed(self, errand: Errand, attempts: list[WebhookAttempt]) -> None:
        if attempts[-1].status_code != _OK:
            self._sim.courier.spawn(self._repeat(errand))

    async def _repeat(self, errand: Errand) -> None:
        give_up_at = self._sim.clock.now() + REPEAT_FOR
        for number in range(MOST_ATTEMPTS):
            await self._sim.clock.sleep(min(2.0 ** min(number, 20), LONGEST_PAUSE))
            attempts = await self._sim.courier.run(errand)
            if attempts[-1].status_code == _OK or self._sim.clock.now() > give_up_at:
                return


def _alert(answer: httpx2.Response | None, failure: Failure | None) -> str | None:
    """Anything but 200 counts as failure, other successes and redirects too."""
    if failure is None and answer is not None and answer.status_code == _OK:
        return None
    return "not acknowledged: Google repeats it until it is answered 200"
