"""A customer whose phone has lost RCS is answered over WhatsApp, on the embedded stack."""

from typing import Any

import httpx2

from domain.channels import ChannelName
from tests.e2e.people import Agent, Customer, eventually
from tests.e2e.phones import Phone, somebody
from tests.e2e.test_every_messenger import DEMO
from tests.e2e.widgets import an_admin
from tests.stack import Stack


async def all_of(admin: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    return list((await admin.get(path)).raise_for_status().json()["items"])


async def of_demo(admin: httpx2.AsyncClient, path: str) -> dict[str, dict[str, Any]]:
    """By channel; other tests add more of them, but the demo's are the oldest."""
    return {each["channel"]: each for each in reversed(await all_of(admin, path))}


async def fall_back_to_whatsapp(stack: Stack) -> None:
    """Through the config API, as an admin would."""
    async with an_admin(stack) as admin:
        account = (await of_demo(admin, "/accounts"))[ChannelName.WHATSAPP]["account_id"]
        [number] = await all_of(admin, f"/accounts/{account}/endpoints")
        rcs = (await of_demo(admin, "/workstreams"))[ChannelName.RCS]
        changed = await admin.patch(
            f"/workstreams/{rcs['workstream_id']}",
            json={"fallback_endpoint_ids": [number["endpoint_id"]]},
            headers={"If-Match": f'"{rcs["version"]}"'},
        )
        changed.raise_for_status()


async def test_inv3_a_reply_that_rcs_does_not_take_arrives_once_over_whatsapp(stack: Stack) -> None:
    await fall_back_to_whatsapp(stack)
    number = somebody(ChannelName.RCS)
    async with (
        Agent(stack) as agent,
        Customer(stack, phone=number) as customer,
        httpx2.AsyncClient(base_url=stack.simulator, timeout=30) as client,
    ):
        await customer.say("Hello over WhatsApp")
        demo = DEMO[ChannelName.RCS]
        phone = Phone(client, ChannelName.RCS, demo.provider, demo.address, number)
        await phone.say(text="Hello over RCS")
        conversation = await agent.conversation_at(phone.address)
        lost = {"provider": "rcs", "phone": number, "on_whatsapp": False}
        (await client.post("/control/customers", json=lost)).raise_for_status()
        await agent.post(f"/conversations/{conversation}/accept")
        assert (await agent.write(conversation, "It is on its way.")).status_code == 202

        await eventually(lambda: customer.has("It is on its way."), "it arrives over WhatsApp, once")
        assert await phone.received() == []

        async def says_so() -> bool:
            delivery = (await agent.transcript(conversation))[-1]["delivery"]
            return bool(delivery["via"] == "whatsapp" and delivery["status"] in {"delivered", "read"})

        await eventually(says_so, "the agent sees by what it left, and that it arrived")
        assert (await agent.get(f"/conversations/{conversation}"))["state"] == "active"
