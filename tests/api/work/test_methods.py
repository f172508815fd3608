"""Whom a queue asks first, as admins say."""

from typing import Any

import httpx2
import pytest

QUEUES = "/config/v1/queues"
GOLD = {
    "name": "Gold",
    "condition": {"field": "attributes.tier", "operator": "is", "value": ["gold"]},
}
ORDER = {
    "buckets": [GOLD],
    "rules": [{"name": "Anybody", "after": "PT1M", "order_by": ["fewest_sessions"]}],
}


async def test_a_queue_has_a_method_and_an_order_of_its_own(admin: httpx2.AsyncClient) -> None:
    queue = (await admin.post(QUEUES, json={"name": "Gold"})).json()
    assert (queue["method"], queue["custom_order"]) == (
        "highest_capacity",
        {"buckets": [], "rules": []},
    )

    changed = await admin.patch(
        f"{QUEUES}/{queue['queue_id']}",
        json={"method": "custom", "custom_order": ORDER},
        headers={"If-Match": '"1"'},
    )

    assert changed.status_code == 200, changed.text
    again = (await admin.get(f"{QUEUES}/{queue['queue_id']}")).json()
    assert again["method"] == "custom"
    assert [bucket["name"] for bucket in again["custom_order"]["buckets"]] == ["Gold"]
    [rule] = again["custom_order"]["rules"]
    assert (rule["after"], rule["order_by"]) == ("PT1M", ["fewest_sessions"])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"rules": [{"name": "x", "having": [{"name": "Wine", "level": 2}]}]}, "Wine"),
        (
            {"buckets": [{"name": "x", "condition": GOLD["condition"] | {"field": "message.text"}}]},  # type: ignore[operator]
            "attribute by a classification rule",
        ),
    ],
)
async def test_an_order_that_asks_for_what_nobody_has_or_knows_is_refused(
    admin: httpx2.AsyncClient, order: dict[str, Any], told: str
) -> None:
    answer = await admin.post(QUEUES, json={"name": "x", "custom_order": order})

    assert answer.status_code == 422
    assert told in answer.text


async def test_a_skill_that_an_order_names_stays(admin: httpx2.AsyncClient) -> None:
    skill = (await admin.post("/config/v1/skills", json={"name": "Wine"})).json()
    rule = {"name": "x", "having": [{"name": "wine", "level": 2}]}
    await admin.post(QUEUES, json={"name": "x", "custom_order": {"rules": [rule]}})

    answer = await admin.delete(f"/config/v1/skills/{skill['skill_id']}", headers={"If-Match": '"1"'})

    assert answer.status_code == 409
