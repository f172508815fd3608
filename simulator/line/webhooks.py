"""LINE's webhooks: signed, impatient, and sent again only where that is switched on.

https://developers.line.biz/en/docs/messaging-api/receiving-messages/
"""

from datetime import datetime
from typing import Final

import httpx2

from simulator.courier import Connection, Errand
from simulator.line.events import Event, body_of, redelivered
from simulator.line.rights import Rights
from simulator.line.signature import sign
from simulator.records import Account, Endpoint, Message, WebhookAttempt
from simulator.simulation import Simulation

IMPATIENT: Final = Connection(connect_seconds=2, read_seconds=2, total_seconds=2, retries=0)
# LINE tells neither how often nor when.
REDELIVERED_AFTER_SECONDS: Final = (1, 2, 4, 8, 16, 32, 64)
REDELIVERY: Final = "redelivery"
NOBODY: Final = "webhook test"


class Webhooks:
    """Sends events, one body each."""

    def __init__(self, sim: Simulation, rights: Rights) -> None:
        self._sim = sim
        self._rights = rights

    async def post(self, endpoint: Endpoint, message: Message, event: Event) -> list[WebhookAttempt]:
        """The first delivery; what fails goes out again in the background."""
        await self._sim.faults.until_up()
        self._rights.renew(str(event.get("replyToken")), self._sim.clock.now())
        attempts = await self._send(endpoint, message.message_id, [event])
        if not _is_taken(attempts[-1]) and endpoint.details.get(REDELIVERY) == "on":
            self._sim.courier.spawn(self._redeliver(endpoint, message.message_id, event))
        return attempts

    async def test(self, endpoint: Endpoint, url: str) -> WebhookAttempt:
        """No events at all: LINE only wants to see a 200."""
        asked = endpoint.model_copy(update={"inbound_url": url})
        return (await self._send(asked, NOBODY, []))[-1]

    async def _redeliver(self, endpoint: Endpoint, message_id: str, event: Event) -> None:
        for pause in REDELIVERED_AFTER_SECONDS:
            await self._sim.clock.sleep(pause)
            self._rights.renew(str(event.get("replyToken")), self._sim.clock.now())
            attempts = await self._send(endpoint, message_id, [redelivered(event)])
            if _is_taken(attempts[-1]):
                self._note_success(message_id)
                return

    async def _send(
        self, endpoint: Endpoint, message_id: str, events: list[Event]
    ) -> list[WebhookAttempt]:
        account = self._sim.world.accounts[endpoint.account_id]
        return await self._sim.courier.run(_errand(account, endpoint, message_id, events))

    def _note_success(self, message_id: str) -> None:
        if self._sim.world.find_message(message_id) is not None:
            amended = self._sim.world.amend_message(message_id, outcome="answered")
            self._sim.feed.tell("message", amended)


def result_of(attempt: WebhookAttempt, now: datetime) -> dict[str, object]:
    """What the webhook test tells (https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint)."""
    return {
        "success": _is_taken(attempt),
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "statusCode": attempt.status_code or 0,
        "reason": _reason_of(attempt),
        "detail": str(attempt.status_code or attempt.error),
    }


def _errand(account: Account, endpoint: Endpoint, message_id: str, events: list[Event]) -> Errand:
    body = body_of(endpoint.address, events)
    return Errand(
        purpose="inbound",
        message_id=message_id,
        url=str(httpx2.URL(endpoint.inbound_url or "")),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "x-line-signature": sign(account.auth_token, body),
        },
        body=body,
        connection=IMPATIENT,
    )


def _is_taken(attempt: WebhookAttempt) -> bool:
    return attempt.status_code is not None and httpx2.codes.is_success(attempt.status_code)


def _reason_of(attempt: WebhookAttempt) -> str:
    if _is_taken(attempt):
        return "OK"
    if attempt.status_code is not None:
        return "ERROR_STATUS_CODE"
    return "COULD_NOT_CONNECT" if "connect" in (attempt.error or "") else "REQUEST_TIMEOUT"
