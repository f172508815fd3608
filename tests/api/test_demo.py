"""The demo organisation: there after the first start, unchanged after the second."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from pydantic import SecretStr

from application.demo import DemoOrganization, DemoPerson
from application.services import Services
from domain.configuration import Role
from domain.errors import ConfigurationError
from storage.accounts import Accounts
from tests.api.conftest import PUBLIC_URL, Http
from tests.api.whatsapp_account import FakeWhatsApp, a_listed_template

PEOPLE = [
    DemoPerson(
        role=role, name=role, email=f"{role}@demo.example", password=SecretStr(f"{role} password!")
    )
    for role in (Role.ADMIN, Role.SUPERVISOR, Role.AGENT)
]


class FakeSimulator:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, str]] = {}
        self.status = 200

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.told[request.url.path] = json.loads(request.content)
        return httpx2.Response(self.status, json={})


@pytest.fixture
def simulator() -> FakeSimulator:
    return FakeSimulator()


@pytest.fixture
async def demo(
    services: Services, accounts: Accounts, whatsapp: FakeWhatsApp, simulator: FakeSimulator
) -> AsyncIterator[DemoOrganization]:
    whatsapp.token = None
    whatsapp.listed = [a_listed_template("hello", language) for language in ("en", "ko", "ja")]
    transport = httpx2.MockTransport(simulator)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8090") as client:
        yield DemoOrganization(
            configuration=services.configuration, accounts=accounts, simulator=client
        )


async def test_everything_works_after_the_first_start(
    demo: DemoOrganization, services: Services, http: Http
) -> None:
    made = await demo.ensure(PEOPLE, {})

    for person in PEOPLE:
        await services.access.sign_in(person.email, person.password.get_secret_value(), "10.0.0.7")
    admin, agent, operator = (
        http.bearing(made.api_keys[name]) for name in ("admin", "agent", "operator")
    )
    checks = (await admin.get(f"/config/v1/accounts/{made.account_id}/verification")).json()["checks"]
    assert {check["name"] for check in checks if not check["ok"]} == {"webhook"}
    assert (await agent.get("/agent/v1/conversations")).status_code == 200
    assert (await operator.get("/metrics")).status_code == 200


async def test_the_simulator_learns_where_to_call_and_how_to_sign(
    demo: DemoOrganization, simulator: FakeSimulator, accounts: Accounts
) -> None:
    made = await demo.ensure(PEOPLE, {})

    base = f"{PUBLIC_URL}/webhooks/twilio/{made.account_id}"
    credentials = await accounts.credentials(made.account_id)
    account, number = simulator.told["/control/accounts"], simulator.told["/control/numbers"]
    assert (number["inbound_url"], number["status_url"]) == (f"{base}/messages", f"{base}/status")
    assert account["auth_token"] == credentials.secret("auth_token")
    assert account["sid"] == number["account_sid"] == credentials.settings["account_sid"]


async def test_a_second_start_makes_nothing_new(demo: DemoOrganization) -> None:
    first = await demo.ensure(PEOPLE, {})

    assert await demo.ensure(PEOPLE, first.api_keys) == first


async def test_everybody_can_do_something_else_and_a_limit_is_seen(
    demo: DemoOrganization, services: Services
) -> None:
    made = await demo.ensure(PEOPLE, {})
    use = services.configuration
    skills, _ = await use.skills.listing(None, 10)
    members = [await use.agents.get(made.agent_ids[each.email]) for each in PEOPLE[1:]]

    levels = [{skill.skill_id: skill.level for skill in agent.skills} for agent in members]

    assert [each[skills[0].skill_id] for each in levels] == [3, 1]
    assert [each[skills[1].skill_id] for each in levels] == [1, 3]
    assert [agent.capacity_units for agent in members] == [None, 90]


async def test_a_simulator_that_forgot_everything_is_told_again(
    demo: DemoOrganization, simulator: FakeSimulator
) -> None:
    await demo.ensure(PEOPLE, {})
    told = dict(simulator.told)
    simulator.told.clear()

    await demo.ensure(PEOPLE, {})

    assert simulator.told == told


async def test_passwords_and_keys_of_the_file_work_whatever_became_of_the_database(
    demo: DemoOrganization, services: Services
) -> None:
    await demo.ensure(PEOPLE, {})
    redrawn = [each.model_copy(update={"password": SecretStr("drawn once more")}) for each in PEOPLE]

    made = await demo.ensure(redrawn, {"admin": "hf_00000000_of_an_earlier_database"})

    await services.access.sign_in(PEOPLE[0].email, "drawn once more", "10.0.0.7")
    await services.access.authenticate(made.api_keys["admin"])


async def test_a_simulator_that_refuses_is_named(
    demo: DemoOrganization, simulator: FakeSimulator
) -> None:
    simulator.status = 500

    with pytest.raises(ConfigurationError, match="/control/accounts"):
        await demo.ensure(PEOPLE, {})


async def test_what_is_printed_of_the_demo_holds_no_token(demo: DemoOrganization) -> None:
    made = await demo.ensure(PEOPLE, {})

    assert not [token for token in made.api_keys.values() if token in repr(made)]


async def test_the_shop_of_the_simulator_carries_both_widgets(
    demo: DemoOrganization, simulator: FakeSimulator, http: Http
) -> None:
    made = await demo.ensure(PEOPLE, {})
    again = await demo.ensure(PEOPLE, made.api_keys)

    assert again.widget_ids == made.widget_ids
    shop = simulator.told["/control/shop"]
    for who, widget_id in made.widget_ids.items():
        assert f'data-widget="{widget_id}"' in shop[who]
    admin = http.bearing(made.api_keys["admin"])
    customers = (await admin.get(f"/config/v1/widgets/{made.widget_ids['customers']}")).json()
    assert customers["settings"]["sign_in"]["jwks_url"] == "http://127.0.0.1:8090/shop/jwks.json"
