"""What the stand-in for RCS offers beyond what the adapter needs."""

from collections.abc import AsyncIterator

import pytest

from channels.google.tokens import AccessTokens
from channels.rcs import SCOPE, RcsChannel
from domain.channels import ChannelName
from tests.contract import google_samples as google
from tests.contract.simulated_google import customer, furnish_rcs
from tests.contract.simulated_twilio import Application, Simulator

MINE = google.credentials(ChannelName.RCS, {})


@pytest.fixture
def agent(simulator: Simulator, application: Application) -> Simulator:
    return furnish_rcs(simulator, application)


@pytest.fixture
async def channel(agent: Simulator) -> AsyncIterator[RcsChannel]:
    channel = google.an_rcs_channel(agent.url, read=5, total=10)
    yield channel
    await channel.close()


async def test_a_file_is_uploaded_once_and_sent_by_its_name(agent: Simulator) -> None:
    headers = await _authorization(agent)
    query = {"agentId": google.RCS_AGENT}
    uploaded = agent.http.post(
        "/upload/v1/files", params=query, content=b"%PDF-1.4", headers=headers
    ).json()
    body = {
        "contentMessage": {"uploadedRbmFile": {"fileName": uploaded["name"]}},
        "messageTrafficType": "SERVICEREQUEST",
    }
    path = f"/v1/phones/{google.PHONE}/agentMessages"
    for _ in range(2):  # a repeated id is ignored
        answer = agent.http.post(path, params=query | {"messageId": "m-1"}, json=body, headers=headers)
        assert answer.status_code == 200
    agent.wait_until(lambda: len(agent.delivered()) == 1)


async def test_many_numbers_are_asked_about_at_once(agent: Simulator) -> None:
    headers = await _authorization(agent)
    strangers = [f"+49151{number:08}" for number in range(499)]
    body = {"users": [google.PHONE, *strangers], "agentId": google.RCS_AGENT}
    answer = agent.http.post("/v1/users:batchGet", json=body, headers=headers)
    assert answer.json()["reachableUsers"] == [google.PHONE]
    few = agent.http.post("/v1/users:batchGet", json=body | {"users": []}, headers=headers)
    assert few.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_message_that_waits_can_be_taken_back(agent: Simulator, channel: RcsChannel) -> None:
    customer(agent, online=False)
    message = google.an_rcs_message()
    await channel.send(message, MINE)
    path = f"/v1/phones/{google.PHONE}/agentMessages/{message.message_id}"
    headers, query = await _authorization(agent), {"agentId": google.RCS_AGENT}
    assert agent.http.delete(path, params=query, headers=headers).status_code == 200
    customer(agent, online=True)
    assert agent.delivered() == []


async def _authorization(agent: Simulator) -> dict[str, str]:
    exchange = google.an_exchange()
    tokens = AccessTokens(exchange, token_url=f"{agent.url}/token")
    token = await tokens.get(MINE, SCOPE)
    await exchange.close()
    return {"Authorization": f"Bearer {token}"}
