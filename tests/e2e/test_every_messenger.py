"""The same conversation over every messenger of the demo: both ways, on the embedded stack."""

import httpx2
import pytest

from application.demo_channels import CHANNELS
from domain.channels import ChannelName
from tests.e2e.people import Agent, eventually
from tests.e2e.phones import Phone, somebody
from tests.e2e.widgets import an_admin
from tests.stack import Stack

DEMO = {channel.channel: channel for channel in CHANNELS}


def a_phone(client: httpx2.AsyncClient, channel: ChannelName) -> Phone:
    """Of somebody new, who writes to the demo."""
    demo = DEMO[channel]
    return Phone(client, channel, demo.provider, demo.address, somebody(channel))


@pytest.mark.parametrize("channel", DEMO)
async def test_a_customer_writes_and_an_agent_answers_over(stack: Stack, channel: ChannelName) -> None:
    async with Agent(stack) as agent, httpx2.AsyncClient(base_url=stack.simulator) as client:
        phone = a_phone(client, channel)
        said = await phone.say(text="Hello, where is my parcel?")
        assert said["outcome"] == "answered", said
        conversation = await agent.conversation_at(phone.address)
        await agent.post(f"/conversations/{conversation}/accept")
        assert (await agent.write(conversation, "It is on its way.")).status_code == 202

        async def has_the_answer() -> bool:
            return await phone.received() == ["It is on its way."]

        await eventually(has_the_answer, "the answer arrives, once")

        async def has_left() -> bool:
            delivery = (await agent.transcript(conversation))[-1]["delivery"]
            return delivery["status"] in {"accepted", "sent", "delivered", "read"}

        await eventually(has_left, "the agent sees that it left")
        await phone.say(type="image")
        await eventually(lambda: has_a_file(agent, conversation), "the file is in our store")
        assert all(
            "reply_token" not in line["details"] for line in await agent.transcript(conversation)
        )


async def has_a_file(agent: Agent, conversation: str) -> bool:
    last = (await agent.transcript(conversation))[-1]["content"]
    return bool(last["kind"] == "media" and last["items"][0]["state"] == "stored")


async def test_a_customer_of_business_messages_sees_who_comes_reads_and_goes(stack: Stack) -> None:
    channel = ChannelName.GOOGLE_BUSINESS_MESSAGES
    async with Agent(stack) as agent, httpx2.AsyncClient(base_url=stack.simulator) as client:
        phone = a_phone(client, channel)
        await phone.say(text="Is anybody there?")
        conversation = await agent.conversation_at(phone.address)
        await agent.post(f"/conversations/{conversation}/accept")
        await agent.post(f"/conversations/{conversation}/typing")
        [said] = await agent.transcript(conversation)
        read = {"message_id": said["message_id"]}
        await agent.post(f"/conversations/{conversation}/read", read)
        await agent.post(f"/conversations/{conversation}/end")

        async def has_seen_it_all() -> bool:
            said, *notices = await phone.thread()
            verbs = [notice["text"].split()[-3] for notice in notices]
            return bool(said["seen"]) and verbs == ["joined", "left"]

        await eventually(has_seen_it_all, "the agent came, read and went")


async def test_a_line_customer_takes_a_message_back(stack: Stack) -> None:
    async with Agent(stack) as agent, httpx2.AsyncClient(base_url=stack.simulator) as client:
        phone = a_phone(client, ChannelName.LINE)
        said = await phone.say(text="my secret", profile_name="Lin")
        conversation = await agent.conversation_at(phone.address)
        await phone.say(type="unsend", concerns=said["message_id"])

        async def is_gone() -> bool:
            [line] = await agent.transcript(conversation)
            return bool(line["content"] == {"kind": "erased"})

        await eventually(is_gone, "only a tombstone is left")

        async def has_a_name() -> bool:
            view = await agent.get(f"/conversations/{conversation}")
            return bool(view["contact"]["display_name"] == "Lin")

        await eventually(has_a_name, "LINE was asked for the name")


async def account_of(admin: httpx2.AsyncClient, channel: ChannelName) -> str:
    items = (await admin.get("/accounts")).raise_for_status().json()["items"]
    return next(str(each["account_id"]) for each in items if each["channel"] == channel)


async def test_line_is_told_where_to_call_and_tells_its_quota(stack: Stack) -> None:
    async with an_admin(stack) as admin:
        path = f"/accounts/{await account_of(admin, ChannelName.LINE)}"
        registered = (await admin.post(f"{path}/webhook")).raise_for_status().json()
        assert registered["url"].endswith(f"/webhooks/line/{path.rpartition('/')[2]}")
        checks = (await admin.post(f"{path}/verification")).raise_for_status().json()["checks"]
        found = {check["name"]: check["ok"] for check in checks}
        assert (found["provider"], found["registered_webhook"], found["privacy"]) == (True, True, True)
        health = (await admin.get(f"{path}/health")).raise_for_status().json()
        assert health["credentials"] == "complete"
        assert health["quota"]["used"] >= 0


@pytest.mark.parametrize("channel", [ChannelName.RCS, ChannelName.GOOGLE_BUSINESS_MESSAGES])
async def test_google_verifies_our_address(stack: Stack, channel: ChannelName) -> None:
    demo = DEMO[channel]
    async with httpx2.AsyncClient(base_url=stack.simulator) as client:
        order = {"provider": demo.provider, "business": demo.address}
        answer = await client.post("/control/google/verify", json=order)
        assert answer.raise_for_status().json()["verified"], answer.text
