"""What is said by itself, told and asked, as admins configure it; and what agents are shown of it."""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from domain.configuration import Scope
from tests.api.conftest import Http
from tests.api.other_channels import FakeLine
from tests.api.whatsapp_account import ACCOUNTS, add_number

PATH = "/config/v1/automated-messages"
ORGANIZATION = "/config/v1/organization"


def a_greeting(**override: Any) -> dict[str, Any]:
    return {
        "trigger": "conversation_opened",
        "channel": "whatsapp",
        "wording": {"texts": {"en": "Hello!", "ko": "안녕하세요!"}},
    } | override


async def greeted(admin: httpx2.AsyncClient, **override: Any) -> dict[str, Any]:
    answer = await admin.post(PATH, json=a_greeting(**override))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def others() -> Sequence[Any]:
    return (FakeLine(),)


@pytest.fixture
async def endpoint(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> dict[str, Any]:
    return dict((await add_number(admin, account, workstream)).json())


async def test_one_is_made_found_changed_and_removed(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post(PATH, json=a_greeting())
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    where = answer.headers["location"]
    assert (await admin.get(where)).json() == answer.json()
    assert (await admin.get(PATH)).json()["items"] == [answer.json()]

    change = {"enabled": False}
    changed = await admin.patch(where, json=change, headers={"If-Match": '"1"'})
    assert (changed.json()["enabled"], changed.headers["etag"]) == (False, '"2"')
    assert (await admin.patch(where, json=change, headers={"If-Match": '"1"'})).status_code == 412

    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404


async def test_lists_come_in_pages(admin: httpx2.AsyncClient) -> None:
    for trigger in ("conversation_opened", "agent_assigned", "conversation_ended"):
        await greeted(admin, trigger=trigger)
    first = (await admin.get(PATH, params={"limit": 2})).json()
    rest = (await admin.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(rest["items"])) == (2, 1)


async def test_each_change_is_in_the_audit_log(admin: httpx2.AsyncClient) -> None:
    greeting = await greeted(admin)
    log = (await admin.get("/config/v1/audit-log", params={"subject": "automated_message"})).json()
    assert [entry["action"] for entry in log["items"]] == ["created"]
    assert log["items"][0]["subject_id"] == greeting["automated_message_id"]


async def test_who_may_only_read_changes_nothing(http: Http) -> None:
    reader = await http.keyed(Scope.CONFIG_READ)
    assert (await reader.get(PATH)).status_code == 200
    assert (await reader.post(PATH, json=a_greeting())).status_code == 403


async def test_a_second_one_for_the_same_moment_and_place_is_refused(
    admin: httpx2.AsyncClient, endpoint: dict[str, Any]
) -> None:
    await greeted(admin)
    assert (await admin.post(PATH, json=a_greeting())).status_code == 409
    await greeted(admin, recipient="agent")
    own = {"channel": None, "endpoint_id": endpoint["endpoint_id"]}
    assert (await greeted(admin, **own))["channel"] == "whatsapp"
    assert (await admin.post(PATH, json=a_greeting(**own))).status_code == 409


async def test_that_of_a_removed_endpoint_goes_with_it(
    admin: httpx2.AsyncClient, account: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    await greeted(admin, channel=None, endpoint_id=endpoint["endpoint_id"])
    path = f"{ACCOUNTS}/{account['account_id']}/endpoints/{endpoint['endpoint_id']}"
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await admin.get(PATH)).json()["items"] == []


@pytest.mark.parametrize(
    "override",
    [
        {"trigger": "full_moon"},
        {"channel": None},
        {"endpoint_id": "019b1e8e-5c1a-7c3e-9a55-9d1f4c1b7c11"},
        {"channel": None, "endpoint_id": "019b1e8e-5c1a-7c3e-9a55-9d1f4c1b7c11"},
        {"wording": {"texts": {"ko": "안녕하세요!"}}},
        {"wording": {"texts": {}}},
        {"wording": {"texts": {"en": "   "}}},
        {"wording": {"texts": {"en": "x" * 1601}}},
        {"trigger": "window_closed"},
        {"trigger": "customer_opted_out"},
    ],
    ids=str,
)
async def test_what_could_not_be_said_is_refused(
    admin: httpx2.AsyncClient, override: dict[str, Any]
) -> None:
    assert (await admin.post(PATH, json=a_greeting(**override))).status_code == 422


async def test_agents_may_be_told_when_customers_may_not(admin: httpx2.AsyncClient) -> None:
    await greeted(admin, trigger="window_closed", recipient="agent")


async def test_another_wording_of_the_notice_is_another_version(admin: httpx2.AsyncClient) -> None:
    async def told(version: int, **notice: Any) -> int:
        answer = await admin.patch(
            ORGANIZATION,
            json={"monitoring_notice": {"texts": {"en": "We keep this."}} | notice},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text
        return int(answer.json()["monitoring_notice"]["text_version"])

    assert (await admin.get(ORGANIZATION)).json()["monitoring_notice"]["enabled"] is False
    assert await told(1) == 1
    assert await told(2, enabled=False) == 1
    assert await told(3, texts={"en": "We record this."}) == 2


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001])
async def test_a_notice_that_no_channel_takes_is_refused(admin: httpx2.AsyncClient, text: str) -> None:
    answer = await admin.patch(
        ORGANIZATION,
        json={"monitoring_notice": {"texts": {"en": text}}},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 422


CONSENT = {"texts": {"en": {"question": "OK? YES or NO", "yes": ["yes"], "no": ["no"]}}}


async def change(
    admin: httpx2.AsyncClient, workstream: dict[str, Any], **fields: Any
) -> httpx2.Response:
    path = f"/config/v1/workstreams/{workstream['workstream_id']}"
    version = (await admin.get(path)).headers["etag"]
    return await admin.patch(path, json=fields, headers={"If-Match": version})


async def test_a_workstream_asks_nothing_and_falls_back_to_nothing_unless_told(
    workstream: dict[str, Any],
) -> None:
    assert workstream["consent"]["mode"] == "off"
    assert workstream["fallback_endpoint_ids"] == []
    assert workstream["monitoring_notice"] == "as_organization"


async def test_another_question_is_another_version(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    asked = (await change(admin, workstream, consent=CONSENT)).json()["consent"]
    assert (asked["mode"], asked["text_version"]) == ("ask", 1)
    off = (await change(admin, workstream, consent={**CONSENT, "mode": "off"})).json()["consent"]
    assert (off["mode"], off["text_version"]) == ("off", 1)
    texts = {"en": {"question": "Really?", "yes": ["yes"], "no": ["no"]}}
    assert (await change(admin, workstream, consent={"texts": texts})).json()["consent"][
        "text_version"
    ] == 2


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"ko": {"question": "?", "yes": ["네"], "no": ["아니요"]}},
        {"en": {"question": "?", "yes": [], "no": ["no"]}},
        {"en": {"question": "?", "yes": ["Yes"], "no": ["yes!"]}},
        {"en": {"question": "?", "yes": ["!!"], "no": ["no"]}},
        {
            "en": {"question": "?", "yes": ["ja"], "no": ["no"]},
            "xx": {"question": "?", "yes": ["yo"], "no": ["JA"]},
        },
    ],
    ids=str,
)
async def test_an_unclear_question_is_refused(
    admin: httpx2.AsyncClient, workstream: dict[str, Any], texts: dict[str, Any]
) -> None:
    answer = await change(admin, workstream, consent={"texts": texts})
    assert answer.status_code == 422


async def test_a_workstream_falls_back_to_endpoints_of_other_messengers(
    admin: httpx2.AsyncClient, workstream: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    queue = workstream["fallback_queue_id"]
    draft = {"name": "LINE", "channel": "line", "fallback_queue_id": queue}
    line = (await admin.post("/config/v1/workstreams", json=draft)).json()
    number = endpoint["endpoint_id"]

    changed = await change(admin, line, fallback_endpoint_ids=[number])
    assert changed.json()["fallback_endpoint_ids"] == [number]
    off = await change(admin, line, fallback_endpoint_ids=[])
    assert off.json()["fallback_endpoint_ids"] == []

    itself = await change(admin, workstream, fallback_endpoint_ids=[number])
    twice = await change(admin, line, fallback_endpoint_ids=[number, number])
    nowhere = await change(admin, line, fallback_endpoint_ids=[queue])
    assert [each.status_code for each in (itself, twice, nowhere)] == [422, 422, 422]


async def test_inv12_an_endpoint_that_is_removed_is_fallen_back_to_no_more(
    admin: httpx2.AsyncClient,
    account: dict[str, Any],
    workstream: dict[str, Any],
    endpoint: dict[str, Any],
) -> None:
    draft = {
        "name": "LINE",
        "channel": "line",
        "fallback_queue_id": workstream["fallback_queue_id"],
        "fallback_endpoint_ids": [endpoint["endpoint_id"]],
    }
    line = (await admin.post("/config/v1/workstreams", json=draft)).json()
    path = f"{ACCOUNTS}/{account['account_id']}/endpoints/{endpoint['endpoint_id']}"
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204

    renamed = await change(admin, line, name="LINE, alone")

    assert (renamed.status_code, renamed.json()["fallback_endpoint_ids"]) == (200, [])
