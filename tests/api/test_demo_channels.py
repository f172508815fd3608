"""The accounts of the demo beside WhatsApp: one for each channel of this build, made once."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import SecretStr

from application.demo import DemoOrganization, DemoPerson
from application.services import Services
from domain.channels import Capabilities, ChannelName
from domain.configuration import Role
from storage.accounts import Accounts
from tests.api.conftest import PUBLIC_URL
from tests.api.whatsapp_account import FakeWhatsApp
from tests.fakes import FakeChannel

PEOPLE = [
    DemoPerson(
        role=role, name=role, email=f"{role}@demo.example", password=SecretStr(f"{role} password!")
    )
    for role in (Role.ADMIN, Role.AGENT)
]
LEAVES = Capabilities(text_limit=100, data_goes_to="somebody")


@pytest.fixture
def others() -> Sequence[Any]:
    return [
        FakeChannel(name=name, capabilities=LEAVES, callbacks={"messages": f"/{name}/{{account_id}}"})
        for name in (ChannelName.LINE, ChannelName.RCS)
    ]


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """What the simulator is told of channels beside WhatsApp."""
    return []


@pytest.fixture
async def demo(
    services: Services, accounts: Accounts, whatsapp: FakeWhatsApp, told: list[dict[str, Any]]
) -> AsyncIterator[DemoOrganization]:
    whatsapp.token = None

    def simulator(request: httpx2.Request) -> httpx2.Response:
        order = json.loads(request.content)
        if "provider" in order:
            told.append(order)
        return httpx2.Response(200, json={})

    transport = httpx2.MockTransport(simulator)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8090") as client:
        yield DemoOrganization(
            configuration=services.configuration, accounts=accounts, simulator=client
        )


async def test_every_channel_of_this_build_is_connected(
    demo: DemoOrganization, services: Services, told: list[dict[str, Any]]
) -> None:
    await demo.ensure(PEOPLE, {})
    views, _ = await services.configuration.accounts.listing(None, 10)
    assert [view.account.name for view in views] == [
        "Demo",
        "Demo LINE",
        "Demo RCS",
        "Live chat",
    ]
    assert all(view.account.enabled for view in views)
    assert [order["provider"] for order in told] == ["line", "line", "rcs", "rcs"]
    line = views[1].account
    assert told[1]["inbound_url"] == f"{PUBLIC_URL}/line/{line.account_id}"


async def test_the_simulator_learns_the_public_half_of_a_key_only(
    demo: DemoOrganization, told: list[dict[str, Any]]
) -> None:
    await demo.ensure(PEOPLE, {})
    [(email, key)] = told[2]["api_keys"].items()
    assert email.endswith(".gserviceaccount.com")
    load_pem_public_key(key.encode())
    assert "PRIVATE" not in json.dumps(told)


async def test_a_second_start_makes_nothing_new_and_tells_the_same(
    demo: DemoOrganization, services: Services, told: list[dict[str, Any]]
) -> None:
    await demo.ensure(PEOPLE, {})
    first = list(told)
    told.clear()
    await demo.ensure(PEOPLE, {})
    views, _ = await services.configuration.accounts.listing(None, 10)
    assert (told, len(views)) == (first, 4)
