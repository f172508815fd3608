"""A customer's phone in the simulator, whichever provider carries what is written on it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from domain.channels import ChannelName


def somebody(channel: ChannelName) -> str:
    """An address that nobody else has, as this provider writes it."""
    if channel is ChannelName.LINE:
        return f"U{uuid4().hex}"
    number = f"+1555{uuid4().int % 10**7:07d}"
    names = {ChannelName.RCS: number, ChannelName.WHATSAPP: f"whatsapp:{number}"}
    return names.get(channel, str(uuid4()))


@dataclass
class Phone:
    """Somebody who writes to one business. `provider`: as the simulator calls it."""

    client: httpx2.AsyncClient
    channel: ChannelName
    provider: str
    business: str
    address: str

    async def say(self, **what: Any) -> dict[str, Any]:
        who = {"provider": self.provider, "from": self.address, "to": self.business}
        answer = await self.client.post("/control/say", json=who | what)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def received(self) -> list[str]:
        return [each["text"] for each in await self.thread() if each["direction"] == "outbound"]

    async def thread(self) -> list[dict[str, Any]]:
        query = {"provider": self.provider, "business": self.business, "customer": self.address}
        answer = await self.client.get("/control/thread", params=query)
        return list(answer.raise_for_status().json()["messages"])
