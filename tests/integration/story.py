"""A conversation from webhook to phone, with everything in it that nobody may tell on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from tests.contract.simulated_twilio import (
    ACCOUNT,
    BUSINESS,
    IN_A_HURRY,
    TOKEN,
    Simulator,
    serve,
)
from tests.whole import PASSWORD, Whole

PHONE = "+4915199988877"
FROM, TO = f"whatsapp:{PHONE}", f"whatsapp:{BUSINESS}"
PATIENCE = 60
"""Seconds in which something must have come true, on a machine that others use too."""
REFUSED_FOR = 2
"""Seconds until the second attempt: long enough to end the fault before it."""
SAID = {
    "text": "zebra-velvet-said",
    "again": "zebra-velvet-said-again",
    "reply": "quartz-otter-reply",
    "second reply": "quartz-otter-second",
    "note": "umber-falcon-note",
    "name": "Quirina Marker",
    "caption": "cobalt-lemur-caption",
    "unreadable": "indigo-heron-unreadable",
    "file": "teal-badger-passport.pdf",
    "secret": "ochre-secret-0123456789",
    "cursor": "amber-cursor",
}
FORM = {"AccountSid": ACCOUNT, "From": FROM, "To": TO, "ProfileName": SAID["name"], "NumMedia": "0"}


@contextlib.contextmanager
def simulated(
    phone: str = PHONE, name: str = SAID["name"], text: str = SAID["text"]
) -> Iterator[Simulator]:
    """A provider with this number, and a customer who has written to it."""
    with serve(IN_A_HURRY) as simulator:
        simulator.control("reset", {})
        simulator.control("accounts", {"sid": ACCOUNT, "auth_token": TOKEN})
        simulator.control("numbers", {"account_sid": ACCOUNT, "number": BUSINESS, "name": "Shop"})
        simulator.control("customers", {"phone": phone, "profile_name": name})
        simulator.control("say", {"from": phone, "to": BUSINESS, "text": text})
        yield simulator


def a_form(number: int, **fields: str) -> dict[str, str]:
    return {**FORM, "MessageSid": f"SM{number:032x}", **fields}


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """What was found, as soon as there is something."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
    return found


def has(simulator: Simulator, *names: str) -> Callable[[], Awaitable[bool]]:
    """Whether these are on the phone."""

    async def has_arrived() -> bool:
        return set(simulator.delivered()) >= {SAID[name] for name in names}

    return has_arrived


async def configure_badly(whole: Whole) -> None:
    """What admins and strangers send is refused, and not repeated."""
    secrets = f"/config/v1/accounts/{whole.account_id}/secrets/auth_token_2"
    await whole.admin.put(secrets, json={"value": SAID["secret"]})
    await whole.admin.post("/config/v1/queues", json={"name": [SAID["secret"]]})
    await whole.admin.get("/config/v1/queues", params={"cursor": SAID["cursor"]})
    await whole.anonymous.post(
        "/agent/v1/sign-in", json={"email": "ann@markers.example", "password": SAID["secret"]}
    )
    await whole.anonymous.get(f"/agent/v1/conversations/{SAID['cursor']}/messages")


async def customer_writes(whole: Whole) -> None:
    """Texts: twice the same, not signed, without an id; and a file that is not there."""
    first = a_form(1, Body=SAID["text"])
    assert (await whole.webhook(first)).status_code == 200
    assert (await whole.webhook(first)).status_code == 200
    assert (await whole.webhook(first, token="wrong")).status_code == 403
    assert (await whole.webhook({**FORM, "Body": SAID["unreadable"]})).status_code == 200
    files = {"NumMedia": "1", "MediaUrl0": f"{whole.settings.twilio_api_url}/{SAID['file']}"}
    picture = a_form(2, Body=SAID["caption"], MediaContentType0="application/pdf", **files)
    assert (await whole.webhook(picture)).status_code == 200


async def agent_answers(whole: Whole, simulator: Simulator) -> dict[str, Any]:
    """A reply that arrives, one that the provider only takes at the second attempt, a note."""

    async def is_there() -> bool:
        return bool(await whole.conversations())

    await until(is_there)
    [conversation] = await whole.conversations()
    path = f"/agent/v1/conversations/{conversation['conversation_id']}"

    async def is_taken() -> bool:
        return (await whole.agent.post(f"{path}/accept")).status_code == 200

    await until(is_taken)
    await whole.agent.post(f"{path}/notes", json={"text": SAID["note"]})
    await whole.agent.post(f"{path}/messages", json={"text": SAID["reply"]})
    await until(has(simulator, "reply"))
    simulator.faults(rate_limited=1, retry_after_seconds=REFUSED_FOR)
    await whole.agent.post(f"{path}/messages", json={"text": SAID["second reply"]})

    async def is_refused() -> bool:
        last = (await whole.agent.get(f"{path}/messages")).json()["items"][-1]
        return last["delivery"]["error_code"] is not None

    await until(is_refused)
    simulator.faults()
    await until(has(simulator, "reply", "second reply"))
    return conversation


async def provider_reports(whole: Whole, conversation: dict[str, Any]) -> None:
    path = f"/agent/v1/conversations/{conversation['conversation_id']}/messages"
    messages = (await whole.agent.get(path)).json()["items"]
    ours = next(each for each in messages if each["direction"] == "outbound")
    form = {**FORM, "From": TO, "To": FROM, "MessageSid": f"SM{9:032x}", "MessageStatus": "read"}
    query = f"?message_id={ours['message_id']}"
    assert (await whole.webhook(form, kind="status", query=query)).status_code == 204


async def tell(whole: Whole, simulator: Simulator) -> dict[str, Any]:
    """The whole story; the conversation it is about."""
    await configure_badly(whole)
    await customer_writes(whole)
    conversation = await agent_answers(whole, simulator)
    await provider_reports(whole, conversation)
    return conversation


def private(whole: Whole) -> list[str]:
    """What must be read nowhere."""
    clients = (whole.admin, whole.agent)
    tokens = [client.headers["authorization"].split()[1] for client in clients]
    return [*SAID.values(), PHONE.removeprefix("+"), PASSWORD, TOKEN, "ann@", *tokens]
