"""The main job on the embedded stack: a WhatsApp conversation that survives everything."""

import os
import signal
from typing import Any

import pytest
from temporalio.client import Client

from runtime.schedules import RECONCILIATION
from tests.e2e.people import Agent, Customer, eventually
from tests.stack import Stack

SERVERS = ["api", "worker", "temporal", "postgres"]


def kill(stack: Stack, name: str) -> None:
    """Without a word of warning, and without waiting for it to come back."""
    os.kill(stack.pids[name], signal.SIGKILL)


async def a_template(agent: Agent, conversation: str, **variables: str) -> dict[str, Any]:
    """An approved template that can be sent there, with its variables filled in."""
    offered = (await agent.get("/templates", conversation_id=conversation))["items"]
    chosen = next(each for each in offered if each["variables"])
    filled = {name: variables.get(name, "Ana") for name in chosen["variables"]}
    return {"template_id": chosen["template_id"], "variables": filled}


async def test_a_customer_writes_and_an_agent_answers(stack: Stack) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        said = await customer.say("Hello, where is my parcel?")
        assert said["outcome"] == "answered"
        conversation = await agent.conversation_with(customer)
        assert (await agent.post(f"/conversations/{conversation}/accept")).status_code == 200
        assert (await agent.write(conversation, "It is on its way.")).status_code == 202
        await eventually(lambda: customer.has("It is on its way."), "the reply arrives")

        async def has_been_read() -> bool:
            delivery = (await agent.transcript(conversation))[-1]["delivery"]
            return bool(delivery["status"] in {"delivered", "read"})

        await eventually(has_been_read, "the agent sees the ticks")
        await agent.post(f"/conversations/{conversation}/end")
        await agent.post(f"/conversations/{conversation}/close-session")
        await eventually(lambda: agent.is_in(conversation, "closed"), "closed")
        await customer.say("One more thing")
        assert await agent.conversation_with(customer) != conversation


@pytest.mark.parametrize("victim", SERVERS)
async def test_inv1_nothing_is_lost_when_something_is_killed_in_between(
    stack: Stack, victim: str
) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        await customer.say("first")
        conversation = await agent.conversation_with(customer)
        await agent.post(f"/conversations/{conversation}/accept")
        await agent.write(conversation, "answer to the first")
        kill(stack, victim)

        async def is_heard() -> bool:
            return bool((await customer.say("second"))["outcome"] == "answered")

        await eventually(is_heard, "the provider's webhook is answered again")

        async def is_taken() -> bool:
            key = f"answer-{conversation}"
            body = {"text": "answer to the second"}
            answer = await agent.post(f"/conversations/{conversation}/messages", body, key=key)
            return answer.status_code == 202

        await eventually(is_taken, "the agent can answer again")
        await eventually(
            lambda: customer.has("answer to the first", "answer to the second"),
            "both answers arrive, once, in order",
        )
        said = await agent.said(conversation)
        assert [text for author, text in said if author == "agent"] == [
            "answer to the first",
            "answer to the second",
        ]
        assert said[0] == ("customer", "first")
        assert ("customer", "second") in said


async def test_inv4_after_the_window_only_a_template_leaves(stack: Stack) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        await customer.say("Hello")
        conversation = await agent.conversation_with(customer)
        await agent.post(f"/conversations/{conversation}/accept")
        await customer.let_pass(hours=25)  # for the provider; our own clock still says: open
        await agent.write(conversation, "too late")
        await eventually(lambda: agent.is_in(conversation, "template_only"), "63016 closes it here")
        failed = (await agent.transcript(conversation))[-1]["delivery"]
        assert (failed["status"], failed["error_code"]) == ("failed", "63016")

        refused = await agent.write(conversation, "still too late")
        assert refused.status_code == 409
        assert refused.json()["code"] == "window_closed"

        template = await a_template(agent, conversation)
        path = f"/conversations/{conversation}/messages"
        parked = await agent.post(path, {"text": "parked answer", "park": {"template": template}})
        assert parked.status_code == 202

        async def has_the_invitation() -> bool:
            return len(await customer.received()) == 1

        await eventually(has_the_invitation, "the template arrives")
        await customer.say("I am back")
        await eventually(lambda: agent.is_in(conversation, "active"), "the window is open again")

        async def has_the_parked_answer() -> bool:
            return (await customer.received())[1:] == ["parked answer"]

        await eventually(has_the_parked_answer, "the parked reply leaves, once")


async def test_inv2_a_webhook_that_comes_twice_is_one_message(stack: Stack) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        async with customer.suffering(duplicate_inbound=1.0):
            for number in range(3):
                assert len((await customer.say(f"message {number}"))["webhooks"]) == 2
        conversation = await agent.conversation_with(customer)
        assert await agent.said(conversation) == [
            ("customer", f"message {number}") for number in range(3)
        ]


async def test_inv1_a_webhook_that_never_came_is_found_by_asking(stack: Stack) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        await customer.put_clock_right()  # nobody asks for what was sent tomorrow
        async with customer.suffering(lost_inbound=1.0):
            assert (await customer.say("did you get this?"))["outcome"] == "lost"
        temporal = await Client.connect(stack.temporal)
        await temporal.get_schedule_handle(RECONCILIATION).trigger()
        conversation = await agent.conversation_with(customer)
        assert await agent.said(conversation) == [("customer", "did you get this?")]


async def test_a_file_travels_both_ways(stack: Stack) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        await customer.say("look at this", type="image")
        conversation = await agent.conversation_with(customer)

        async def is_kept() -> bool:
            content = (await agent.transcript(conversation))[0]["content"]
            return bool(content["items"][0]["state"] == "stored")

        await eventually(is_kept, "the customer's file is in our own store")
        await agent.post(f"/conversations/{conversation}/accept")
        document = ("invoice.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
        media_id = await agent.upload(conversation, *document)
        body = {"attachments": [media_id]}
        await agent.post(f"/conversations/{conversation}/messages", body)

        async def arrives() -> bool:
            return len(await customer.received()) == 1

        await eventually(arrives, "the agent's file is on the phone")
