"""Providers beside WhatsApp's, and how an admin connects them."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx2

from channels.extras import Quota, WebhookTest
from domain.channels import Capabilities, ChannelName, Region
from domain.configuration import Credentials
from domain.errors import InvalidInput
from tests.api.whatsapp_account import ACCOUNTS
from tests.fakes import FakeChannel

FILE = '{\n  "type": "service_account"\n}\n'
UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINIFIED = '{"type":"service_account"}'


LINE = Capabilities(text_limit=5000, data_goes_to="LINE", forbidden_regions=(Region.GOVERNMENT,))
ENDED = Capabilities(
    text_limit=3072,
    deprecated_on=date(2024, 7, 31),
    replaced_by=(ChannelName.LIVE_CHAT, ChannelName.RCS),
)


@dataclass
class FakeLine(FakeChannel):
    """A provider that can be asked about everything."""

    name: ChannelName = ChannelName.LINE
    capabilities: Capabilities = LINE
    callbacks: Mapping[str, str] = field(
        default_factory=lambda: {"messages": "/webhooks/line/{account_id}"}
    )
    registered: str | None = None
    fault: Exception | None = None

    async def registered_webhook(self, credentials: Credentials) -> str | None:
        return self.registered

    async def register_webhook(self, url: str, credentials: Credentials) -> None:
        self.registered = url

    async def test_webhook(self, url: str, credentials: Credentials) -> WebhookTest:
        return WebhookTest(ok=True, message="200 in 12 ms")

    async def quota(self, credentials: Credentials) -> Quota:
        if self.fault:
            raise self.fault
        return Quota(used=480, limit=500)


@dataclass
class FakeBusinessMessages(FakeChannel):
    """A provider that has ended its service, and hands out a file."""

    name: ChannelName = ChannelName.GOOGLE_BUSINESS_MESSAGES
    capabilities: Capabilities = ENDED
    fault: Exception | None = None
    later_secrets: frozenset[str] = frozenset({"service_account"})
    checked_in: set[str] = field(default_factory=set)
    """Names of threads."""

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        problems = [] if settings.get("partner_id") else ["Set partner_id."]
        return problems + ([] if "service_account" in secrets else ["Upload the key file."])

    async def check_credentials(self, credentials: Credentials) -> datetime:
        if self.fault:
            raise self.fault
        return UNTIL

    def checked_secret(self, name: str, text: str) -> str:
        self.checked_in.add(threading.current_thread().name)
        if name == "service_account" and "service_account" not in text:
            raise InvalidInput("This is no key file.", field=name)
        return MINIFIED if name == "service_account" else text


async def connect(client: httpx2.AsyncClient, channel: str, **more: Any) -> dict[str, Any]:
    draft = {"name": channel, "channel": channel, "settings": {"partner_id": "p"}, **more}
    answer = await client.post(ACCOUNTS, json=draft)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at(account: dict[str, Any], path: str = "") -> str:
    return f"{ACCOUNTS}/{account['account_id']}{path}"


async def set_region(admin: httpx2.AsyncClient, region: str) -> httpx2.Response:
    path = "/config/v1/organization"
    headers = {"If-Match": (await admin.get(path)).headers["etag"]}
    return await admin.patch(path, json={"region": region}, headers=headers)
