"""Pushed work by the processes as they are: from a webhook to an agent who is asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulated_twilio import ACCOUNT, BUSINESS, Simulator
from tests.integration.story import simulated, until
from tests.whole import Whole

PHONE = "+4915199911144"
OFFERS = "/agent/v1/offers"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(PHONE, "Olga", "Hello") as simulator:
        yield simulator


async def pushed(whole: Whole) -> None:
    [workstream] = (await whole.admin.get("/config/v1/workstreams")).json()["items"]
    answer = await whole.admin.patch(
        f"/config/v1/workstreams/{workstream['workstream_id']}",
        json={"distribution": "push"},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text


async def says(whole: Whole, text: str) -> None:
    sender = {"From": f"whatsapp:{PHONE}", "WaId": PHONE[1:], "ProfileName": "Olga"}
    form = {"MessageSid": f"SM{1:032x}", "AccountSid": ACCOUNT, "To": f"whatsapp:{BUSINESS}"}
    answer = await whole.webhook({**form, **sender, "Body": text, "NumMedia": "0"})
    assert answer.status_code == 200


async def offered(whole: Whole) -> list[dict[str, Any]]:
    return list((await whole.agent.get(OFFERS)).json()["items"])


async def test_inv7_work_comes_to_whoever_is_there_and_is_theirs_when_they_accept(
    whole: Whole, simulator: Simulator
) -> None:
    await pushed(whole)
    assert await offered(whole) == []  # whoever asks is there
    await says(whole, "Where is my parcel?")
    [first] = await until(lambda: offered(whole))
    assert first["customer_name"] == "Olga"
    path = f"/agent/v1/conversations/{first['conversation_id']}"

    declined = await whole.agent.post(f"{path}/decline", json={"reason": "I am new here."})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    [second] = await until(lambda: offered(whole))  # there is nobody else
    assert second["offer_id"] != first["offer_id"]
    assert (await whole.agent.post(f"{OFFERS}/{second['offer_id']}/shown")).status_code == 204

    accepted = await whole.agent.post(f"{path}/accept")
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["state"] == "active"
    assert await offered(whole) == []
    assert (await whole.agent.post(f"{path}/messages", json={"text": "On its way."})).status_code == 202

    async def has_heard() -> bool:
        return simulator.delivered() == ["On its way."]

    await until(has_heard)
    assert (await whole.agent.post(f"{path}/force-close")).status_code == 200
