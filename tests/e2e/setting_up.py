"""How an admin connects each messenger: what the config API is told, and the provider's own console."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import uuid4

import httpx2

from application.demo_key_file import new_key_file, public_keys
from domain.channels import ChannelName
from tests.stack import Stack

KEY_FILE: Final = "service_account"
PRIVACY: Final = "1"


@dataclass(frozen=True)
class Shop:
    """What a business has at a provider before it knows of us: ids, secrets, an address."""

    channel: ChannelName
    provider: str
    sid: str
    address: str
    signing: tuple[str, str]
    """Name and value of the secret that webhooks are signed with."""
    settings: Mapping[str, str]
    key_file: str | None = None
    switches: Mapping[str, str] = field(default_factory=dict)


def whatsapp() -> Shop:
    """A sub-account of its own."""
    sid = f"AC{uuid4().hex}"
    number = f"+1415555{secrets.randbelow(10**4):04d}"
    secret = "auth_token", secrets.token_hex(16)
    return Shop(ChannelName.WHATSAPP, "twilio", sid, number, secret, {"account_sid": sid})


def line() -> Shop:
    """A bot, with redelivery on."""
    sid = str(secrets.randbelow(10**10))
    secret = "channel_secret", secrets.token_hex(16)
    on = {"redelivery": "on"}
    address = f"U{uuid4().hex}"
    return Shop(ChannelName.LINE, "line", sid, address, secret, {"channel_id": sid}, switches=on)


def rcs() -> Shop:
    """An agent, and a key file."""
    sid = f"shop-{uuid4().hex[:8]}"
    secret = "client_token", secrets.token_hex(16)
    address = f"{sid}_agent"
    return Shop(ChannelName.RCS, "rcs", sid, address, secret, {}, key_file=new_key_file(sid))


def business_messages() -> Shop:
    """An agent of a brand, and a key file."""
    sid = f"shop-{uuid4().hex[:8]}"
    secret = "client_token", secrets.token_hex(16)
    address, settings = f"brands/{sid}/agents/{sid}", {"partner_id": sid}
    name = ChannelName.GOOGLE_BUSINESS_MESSAGES
    return Shop(name, "gbm", sid, address, secret, settings, key_file=new_key_file(sid))


SHOPS: Final = (whatsapp, line, rcs, business_messages)


class Admin:
    """Sets everything up, and knows what came of it."""

    def __init__(self, stack: Stack) -> None:
        token = stack.demo["organization"]["api_keys"]["admin"]
        self._config = httpx2.AsyncClient(
            base_url=f"{stack.api}/config/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        self._console = httpx2.AsyncClient(base_url=stack.simulator, timeout=30)

    async def somebody_to_answer(self) -> tuple[dict[str, str], str]:
        """An agent's e-mail and password, and the queue they serve."""
        (sign_in,), queue_id = await self.people_to_answer("New Agent")
        return sign_in, queue_id

    async def people_to_answer(self, *names: str) -> tuple[list[dict[str, str]], str]:
        """The same for several, who serve one queue."""
        sign_ins = [
            {"email": f"{uuid4().hex}@example.com", "password": secrets.token_urlsafe(16)}
            for _ in names
        ]
        agents = [
            await self._made("/agents", {"name": name, **sign_in})
            for name, sign_in in zip(names, sign_ins, strict=True)
        ]
        members = [agent["agent_id"] for agent in agents]
        queue = await self._made("/queues", {"name": uuid4().hex, "member_ids": members})
        return sign_ins, queue["queue_id"]

    async def connect(self, shop: Shop, queue_id: str, **work: Any) -> str:
        """Account, key file, webhook, workstream, endpoint, templates; the account's id.

        `work`: what else the workstream is told.
        """
        account = await self._account(shop)
        await self._tell_provider(shop, account["callback_urls"])
        purpose = {"name": uuid4().hex, "channel": shop.channel, "fallback_queue_id": queue_id}
        workstream = (await self._made("/workstreams", purpose | work))["workstream_id"]
        account_id = str(account["account_id"])
        draft = {"name": "Shop", "address": shop.address, "workstream_id": workstream}
        await self._made(f"/accounts/{account_id}/endpoints", draft)
        if shop.channel is ChannelName.WHATSAPP:
            templates = f"/accounts/{account_id}/templates/sync"
            (await self._config.post(templates)).raise_for_status()
        return account_id

    async def problems(self, account_id: str) -> list[str]:
        """Names of what a verification finds missing."""
        answer = await self._config.post(f"/accounts/{account_id}/verification")
        checks = answer.raise_for_status().json()["checks"]
        return [each["name"] for each in checks if not each["ok"]]

    async def _account(self, shop: Shop) -> dict[str, Any]:
        name, value = shop.signing
        account = await self._made(
            "/accounts",
            {
                "name": uuid4().hex,
                "channel": shop.channel,
                "settings": dict(shop.settings),
                "secrets": {name: value},
                "privacy_acknowledged_version": PRIVACY,
            },
        )
        if shop.key_file:
            path = f"/accounts/{account['account_id']}/secrets/{KEY_FILE}/file"
            form = {"file": ("key.json", shop.key_file, "application/json")}
            (await self._config.put(path, files=form)).raise_for_status()
        return account

    async def _tell_provider(self, shop: Shop, urls: Mapping[str, str]) -> None:
        """Its console: the callback URL that the account shows is pasted there."""
        account = {
            "provider": shop.provider,
            "sid": shop.sid,
            "auth_token": shop.signing[1],
            "api_keys": public_keys(shop.key_file) if shop.key_file else {},
        }
        number = {
            "provider": shop.provider,
            "account_sid": shop.sid,
            "number": shop.address,
            "inbound_url": urls["messages"],
            "status_url": urls.get("status"),
            "details": dict(shop.switches),
        }
        (await self._console.post("/control/accounts", json=account)).raise_for_status()
        (await self._console.post("/control/numbers", json=number)).raise_for_status()

    async def _made(self, path: str, draft: dict[str, Any]) -> dict[str, Any]:
        answer = await self._config.post(path, json=draft)
        assert answer.status_code == 201, f"{path}: {json.dumps(answer.json())}"
        return dict(answer.json())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._config.aclose()
        await self._console.aclose()
