"""A WhatsApp provider for tests of the config API, and the account that is connected to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Final

import httpx2

from channels.addresses import e164
from channels.extras import ProviderTemplate
from channels.whatsapp import CALLBACKS, PREFIX
from domain.channels import Capabilities, ChannelName
from domain.configuration import Approval, Credentials
from domain.errors import AccountRejected

SID: Final = "AC" + "0" * 32
TOKEN: Final = "a-very-secret-auth-token-9876"
ACCOUNTS: Final = "/config/v1/accounts"


@dataclass
class FakeWhatsApp:
    """A provider with templates. Set `fault` to have it refuse us."""

    name: ClassVar[ChannelName] = ChannelName.WHATSAPP
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=1600, service_window=timedelta(hours=24), templates=True
    )

    listed: list[ProviderTemplate] = field(default_factory=list)
    fault: Exception | None = None
    token: str | None = TOKEN
    """The only one it accepts. None: it accepts any."""

    callbacks: ClassVar[Mapping[str, str]] = CALLBACKS

    def endpoint_address(self, text: str) -> str:
        return PREFIX + e164(text)

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        return []

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        problems = [] if settings.get("account_sid", "").startswith("AC") else ["Set account_sid."]
        return problems + ([] if "auth_token" in secrets else ["Set the secret auth_token."])

    async def templates(self, credentials: Credentials) -> list[ProviderTemplate]:
        if self.fault:
            raise self.fault
        if self.token not in {None, credentials.secret("auth_token")}:
            raise AccountRejected("The provider does not accept this token.")
        return self.listed

    async def approval(self, content_sid: str, credentials: Credentials) -> tuple[Approval, str | None]:
        found = next(each for each in self.listed if each.content_sid == content_sid)
        return found.approval, found.rejection_reason


def a_listed_template(name: str, language: str = "en", **changes: object) -> ProviderTemplate:
    return ProviderTemplate(
        content_sid=f"HX_{name}_{language}",
        name=name,
        language=language,
        text="Hello {{1}}",
        variables={"1": "Ann"},
        approval=Approval.APPROVED,
    ).model_copy(update=changes)


def an_account(**changes: Any) -> dict[str, Any]:
    draft = {
        "name": "Support",
        "channel": "whatsapp",
        "settings": {"account_sid": SID},
        "secrets": {"auth_token": TOKEN},
    }
    return draft | changes


async def add_number(
    client: httpx2.AsyncClient,
    account: dict[str, Any],
    workstream: dict[str, Any],
    **changes: Any,
) -> httpx2.Response:
    draft = {
        "name": "Line 1",
        "number": "+1 415 523-8886",
        "workstream_id": workstream["workstream_id"],
    } | changes
    return await client.post(f"{ACCOUNTS}/{account['account_id']}/endpoints", json=draft)


async def sync(client: httpx2.AsyncClient, account: dict[str, Any]) -> dict[str, int]:
    answer = await client.post(f"{ACCOUNTS}/{account['account_id']}/templates/sync")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def templates_of(
    client: httpx2.AsyncClient, account: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    query = {"account_id": account["account_id"]}
    items = (await client.get("/config/v1/templates", params=query)).json()["items"]
    return {item["name"]: item for item in items}


async def checks(
    client: httpx2.AsyncClient, account: dict[str, Any], method: str = "GET"
) -> dict[str, dict[str, Any]]:
    answer = await client.request(method, f"{ACCOUNTS}/{account['account_id']}/verification")
    assert answer.status_code == 200, answer.text
    return {check["name"]: check for check in answer.json()["checks"]}
