"""What the stand-in for RCS offers beyond what the adapter needs."""

from channels.google.tokens import AccessTokens
from channels.rcs import SCOPE, RcsChannel
from domain.channels import ChannelName
from tests.contract import google_samples as google
from tests.contract.simulated_google import customer
from tests.contract.simulated_twilio import Simulator

MINE = google.credentials(ChannelName.RCS, {})


async def test_a_file_is_uploaded_once_and_sent_by_its_name(rcs_agent: Simulator) -> None:
    headers = await _authorization(rcs_agent)
    query = {"agentId": google.RCS_AGENT}
    uploaded = rcs_agent.http.post(
        "/upload/v1/files", params=query, content=b"%PDF-1.4", headers=headers
    ).json()
    body = {
        "contentMessage": {"uploadedRbmFile": {"fileName": uploaded["name"]}},
        "messageTrafficType": "SERVICEREQUEST",
    }
    path = f"/v1/phones/{google.PHONE}/agentMessages"
    for _ in range(2):  # a repeated id is ignored
        answer = rcs_agent.http.post(
            path, params=query | {"messageId": "m-1"}, json=body, headers=headers
        )
        assert answer.status_code == 200
    rcs_agent.wait_until(lambda: len(rcs_agent.delivered()) == 1)


async def test_many_numbers_are_asked_about_at_once(rcs_agent: Simulator) -> None:
    headers = await _authorization(rcs_agent)
    strangers = [f"+49151{number:08}" for number in range(499)]
    body = {"users": [google.PHONE, *strangers], "agentId": google.RCS_AGENT}
    answer = rcs_agent.http.post("/v1/users:batchGet", json=body, headers=headers)
    assert answer.json()["reachableUsers"] == [google.PHONE]
    few = rcs_agent.http.post("/v1/users:batchGet", json=body | {"users": []}, headers=headers)
    assert few.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_message_that_waits_can_be_taken_back(
    rcs_agent: Simulator, rcs_channel: RcsChannel
) -> None:
    customer(rcs_agent, online=False)
    message = google.an_rcs_message()
    await rcs_channel.send(message, MINE)
    path = f"/v1/phones/{google.PHONE}/agentMessages/{message.message_id}"
    headers, query = await _authorization(rcs_agent), {"agentId": google.RCS_AGENT}
    assert rcs_agent.http.delete(path, params=query, headers=headers).status_code == 200
    customer(rcs_agent, online=True)
    assert rcs_agent.delivered() == []


async def _authorization(rcs_agent: Simulator) -> dict[str, str]:
    exchange = google.an_exchange()
    tokens = AccessTokens(exchange, token_url=f"{rcs_agent.url}/token")
    token = await tokens.get(MINE, SCOPE)
    await exchange.close()
    return {"Authorization": f"Bearer {token}"}
