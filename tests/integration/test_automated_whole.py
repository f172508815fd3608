"""Automated messages by the processes as they are: from a webhook to the phone, once each."""

from collections.abc import Iterator

import pytest

from tests.contract.simulated_twilio import ACCOUNT, BUSINESS, Simulator
from tests.integration.story import simulated, until
from tests.whole import Whole

PHONE = "+4915199911133"
NOTICE = "We keep what is said here."
GREETING = "Hello, we have your message."
QUESTION = "May we learn from it? YES or NO."
TAKEN = "An agent reads your message now."
GOODBYE = "Thank you, goodbye."


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(PHONE, "Quentin", "Hello") as simulator:
        yield simulator


async def configured(whole: Whole) -> None:
    """Through the config API alone."""
    for trigger, text in (
        ("conversation_opened", GREETING),
        ("agent_assigned", TAKEN),
        ("conversation_closed", GOODBYE),
    ):
        wording = {"texts": {"en": text}}
        draft = {"trigger": trigger, "channel": "whatsapp", "wording": wording}
        await whole.made("automated-messages", draft)
    organization = await whole.admin.patch(
        "/config/v1/organization",
        json={"monitoring_notice": {"texts": {"en": NOTICE}}},
        headers={"If-Match": '"1"'},
    )
    assert organization.status_code == 200, organization.text
    [workstream] = (await whole.admin.get("/config/v1/workstreams")).json()["items"]
    texts = {"en": {"question": QUESTION, "yes": ["yes"], "no": ["no"]}}
    asking = await whole.admin.patch(
        f"/config/v1/workstreams/{workstream['workstream_id']}",
        json={"consent": {"texts": texts}},
        headers={"If-Match": '"1"'},
    )
    assert asking.status_code == 200, asking.text


async def says(whole: Whole, number: int, text: str) -> None:
    sender = {"From": f"whatsapp:{PHONE}", "WaId": PHONE[1:], "ProfileName": "Quentin"}
    form = {"MessageSid": f"SM{number:032x}", "AccountSid": ACCOUNT, "To": f"whatsapp:{BUSINESS}"}
    answer = await whole.webhook({**form, **sender, "Body": text, "NumMedia": "0"})
    assert answer.status_code == 200


async def test_inv3_a_customer_hears_each_of_them_once_and_in_order(
    whole: Whole, simulator: Simulator
) -> None:
    await configured(whole)
    await says(whole, 1, "Hello")
    await says(whole, 1, "Hello")  # Twilio repeats itself
    [conversation] = await until(whole.conversations)
    path = f"/agent/v1/conversations/{conversation['conversation_id']}"

    async def have_heard(*texts: str) -> bool:
        return simulator.delivered() == list(texts)

    at_first = (NOTICE, GREETING, QUESTION)
    await until(lambda: have_heard(*at_first))
    await says(whole, 2, "Yes!")
    assert (await whole.agent.post(f"{path}/accept")).status_code == 200
    await until(lambda: have_heard(*at_first, TAKEN))
    shown = (await whole.agent.get(path)).json()
    assert shown["monitoring_notice"]["told"] is True
    assert shown["consent"]["state"] == "given"

    assert (await whole.agent.post(f"{path}/force-close")).status_code == 200
    await until(lambda: have_heard(*at_first, TAKEN, GOODBYE))
    transcript = (await whole.agent.get(f"{path}/messages")).json()["items"]
    assert [each["author"] for each in transcript].count("system") == len(simulator.delivered())
