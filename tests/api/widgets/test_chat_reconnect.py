"""A customer who was lost comes back: by link, on whatever device, or because they were asked."""

import time
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from domain.configuration import Agent
from domain.conversations import Event, State
from domain.ids import new_id
from tests.api.conftest import Http
from tests.api.live_chat import EVIL, PORTAL, SHOP, WIDGETS, made, settings
from tests.api.lost_customers import Browser, Engine
from tests.contract.shop_signing import Shop

SIGNER = Shop()
BYE = "https://shop.example/bye"
WITH_REDIRECT = {"enabled": True, "portal_url": PORTAL, "redirect_url": BYE}
LONG_AGO = timedelta(minutes=10)


@pytest.fixture
async def members_only(admin: httpx2.AsyncClient, chats: dict[str, Any]) -> dict[str, Any]:
    sign_in = {"issuer": SHOP, "public_key": SIGNER.pem}
    return await made(admin, chats, name="Members", settings=settings(sign_in=sign_in))


@pytest.fixture
def phone(http: Http, widget: dict[str, Any]) -> Browser:
    """Another device."""
    return Browser(http.anonymous("10.9.9.9"), widget["widget_id"])


@pytest.fixture
async def chat(browser: Browser, engine_of_chats: Engine, ann: Agent) -> str:
    """A chat that Ann has."""
    await browser.sign_in()
    started = await browser.start()
    conversation_id = str(started["conversation"]["conversation_id"])
    await browser.say(conversation_id, "Hello")
    await engine_of_chats.project(conversation_id, State.ACTIVE, ann)
    return conversation_id


async def ask_link(agent: httpx2.AsyncClient, conversation_id: str) -> httpx2.Response:
    return await agent.post(f"/agent/v1/conversations/{conversation_id}/reconnect-link")


async def link(agent: httpx2.AsyncClient, conversation_id: str) -> str:
    answer = await ask_link(agent, conversation_id)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def configure(
    admin: httpx2.AsyncClient, widget: dict[str, Any], **changes: Any
) -> httpx2.Response:
    path = f"{WIDGETS}/{widget['widget_id']}"
    version = (await admin.get(path)).headers["etag"]
    return await admin.patch(
        path, json={"settings": settings(**changes)}, headers={"If-Match": version}
    )


# -- by link -------------------------------------------------------------------------------------


async def test_the_link_leads_to_the_portal_with_a_token(agent: httpx2.AsyncClient, chat: str) -> None:
    answer = (await ask_link(agent, chat)).json()

    assert answer["url"].startswith(f"{PORTAL}?holdfast_reconnect=")
    assert answer["expires_at"] is None
    assert len(answer["url"]) < 200


async def test_a_portal_with_a_query_keeps_it(
    admin: httpx2.AsyncClient, agent: httpx2.AsyncClient, widget: dict[str, Any], chat: str
) -> None:
    await configure(admin, widget, reconnecting={"enabled": True, "portal_url": f"{PORTAL}?a=b"})

    assert (await link(agent, chat)).startswith(f"{PORTAL}?a=b&holdfast_reconnect=")


async def test_inv8_opened_in_time_on_another_device_it_is_the_same_chat_with_the_same_agent(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann)

    answer = (await phone.open_link(url)).json()

    assert answer["outcome"] == "reconnected"
    assert answer["snapshot"]["conversation"]["conversation_id"] == chat
    assert answer["snapshot"]["conversation"]["agent_name"] == ann.name
    assert [each["content"]["text"] for each in answer["snapshot"]["messages"]] == ["Hello"]
    assert (await engine_of_chats.mail(chat))[-2:] == ["connection_lost", "customer_returned"]
    assert (await phone.say(chat, "I am back")).status_code == 201


async def test_both_devices_are_the_same_customer(
    agent: httpx2.AsyncClient, browser: Browser, phone: Browser, chat: str
) -> None:
    await phone.open_link(await link(agent, chat))

    await browser.say(chat, "From my desk")
    seen = (await phone.get(f"/conversations/{chat}/messages")).json()["messages"]

    assert [each["content"]["text"] for each in seen] == ["Hello", "From my desk"]
    assert (await browser.get("/conversations/current")).status_code == 200


async def test_a_customer_who_comes_back_and_never_connects_is_lost_again(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann)
    await phone.open_link(await link(agent, chat))

    await engine_of_chats.lose(chat)

    assert (await engine_of_chats.mail(chat))[-1] == "connection_lost"


async def test_an_agent_sees_until_when_a_lost_customer_may_come_back(
    agent: httpx2.AsyncClient, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann)

    view = (await agent.get(f"/agent/v1/conversations/{chat}")).json()
    offered = (await ask_link(agent, chat)).json()

    assert view["away_until"] == offered["expires_at"]
    assert view["can_reconnect"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reconnecting": {"enabled": False, "portal_url": PORTAL}}, "switched off"),
        ({"reconnecting": {"enabled": True}}, "portal URL"),
    ],
)
async def test_without_a_way_back_there_is_no_link(
    *,
    admin: httpx2.AsyncClient,
    agent: httpx2.AsyncClient,
    widget: dict[str, Any],
    chat: str,
    changes: dict[str, Any],
    reason: str,
) -> None:
    await configure(admin, widget, **changes)

    answer = await ask_link(agent, chat)

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert reason in answer.json()["detail"]
    view = (await agent.get(f"/agent/v1/conversations/{chat}")).json()
    assert not view["can_reconnect"]


async def test_a_chat_that_ended_has_no_link(
    agent: httpx2.AsyncClient, browser: Browser, chat: str
) -> None:
    await browser.post(f"/conversations/{chat}/end")

    answer = await ask_link(agent, chat)

    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert "ended" in answer.json()["detail"]


async def test_edge5_opened_too_late_it_leads_where_the_admin_said(
    *,
    admin: httpx2.AsyncClient,
    agent: httpx2.AsyncClient,
    widget: dict[str, Any],
    phone: Browser,
    chat: str,
    engine_of_chats: Engine,
    ann: Agent,
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=Event.RECONNECT_EXPIRED)

    assert (await phone.open_link(url)).json() == {"outcome": "expired", "redirect_url": None}

    await configure(admin, widget, reconnecting=WITH_REDIRECT)
    assert (await phone.open_link(url)).json() == {"outcome": "expired", "redirect_url": BYE}


async def test_edge5_too_late_is_too_late_even_if_the_workflow_was_not_told_yet(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.lose(chat, ago=LONG_AGO)
    while_temporal_was_down = await phone.open_link(url)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann, ago=LONG_AGO)
    while_its_timer_is_late = await phone.open_link(url)

    assert while_temporal_was_down.json()["outcome"] == "expired"
    assert while_its_timer_is_late.json()["outcome"] == "expired"


@pytest.mark.parametrize(
    ("ended_by", "reason"),
    [
        (Event.AGENT_ENDED, "agent_ended"),
        (Event.CUSTOMER_ENDED, "customer_ended"),
        (Event.FORCE_CLOSED, "force_closed"),
    ],
)
async def test_edge6_after_the_end_a_new_chat_is_offered(
    *,
    agent: httpx2.AsyncClient,
    phone: Browser,
    chat: str,
    engine_of_chats: Engine,
    ann: Agent,
    ended_by: Event,
    reason: str,
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=ended_by)

    assert (await phone.open_link(url)).json() == {"outcome": "new_chat", "reason": reason}


async def test_edge6_the_customers_own_end_revokes_the_link_at_once(
    agent: httpx2.AsyncClient, browser: Browser, phone: Browser, chat: str
) -> None:
    url = await link(agent, chat)
    await browser.post(f"/conversations/{chat}/end")

    answer = (await phone.open_link(url)).json()

    assert answer == {"outcome": "new_chat", "reason": "customer_ended"}


async def test_edge4_after_the_agent_closed_the_session_the_chat_returns_to_its_queue(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW)

    answer = (await phone.open_link(url)).json()

    assert answer["outcome"] == "reconnected"
    assert answer["snapshot"]["conversation"]["conversation_id"] == chat
    assert answer["snapshot"]["conversation"]["agent_name"] is None
    assert (await engine_of_chats.mail(chat))[-1] == "customer_returned"


async def test_edge8_after_a_link_that_failed_a_new_chat_can_begin(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    url = await link(agent, chat)
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=Event.RECONNECT_EXPIRED)
    assert (await phone.open_link(url)).json()["outcome"] == "expired"

    await phone.sign_in()
    started = await phone.start()

    assert started["conversation"]["conversation_id"] != chat
    assert started["conversation"]["state"] == "open"
    assert (await phone.say(started["conversation"]["conversation_id"], "Hi")).status_code == 201


async def test_edge8_the_same_browser_can_begin_a_new_chat_after_the_time_is_over(
    browser: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=Event.RECONNECT_EXPIRED)

    assert (await browser.say(chat, "Still there?")).json()["code"] == "chat_ended"
    assert (await browser.start())["conversation"]["conversation_id"] != chat


async def test_edge10_after_a_reconnect_both_devices_may_still_say_how_it_was(
    *,
    admin: httpx2.AsyncClient,
    agent: httpx2.AsyncClient,
    widget: dict[str, Any],
    browser: Browser,
    phone: Browser,
    chat: str,
    engine_of_chats: Engine,
    ann: Agent,
) -> None:
    await configure(admin, widget, post_chat=[{"name": "stars", "label": "Stars?"}])
    url = await link(agent, chat)
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann)
    await phone.open_link(url)
    await engine_of_chats.project(chat, State.ACTIVE, ann)
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=Event.AGENT_ENDED)

    for device, stars in ((browser, "4"), (phone, "5")):
        told = await device.post(f"/conversations/{chat}/survey", {"answers": {"stars": stars}})
        assert told.status_code == 204, told.text
        facts = (await agent.get(f"/agent/v1/conversations/{chat}/chat")).json()
        assert facts["post_chat"] == {"stars": stars}


# -- what is no link of ours ---------------------------------------------------------------------


def spoilt(url: str, at: int) -> str:
    head, _, token = url.rpartition("=")
    other = "A" if token[at] != "A" else "B"
    return f"{head}={token[:at]}{other}{token[at + 1 :]}"


async def test_inv8_a_changed_link_opens_nothing(
    agent: httpx2.AsyncClient, phone: Browser, chat: str, engine_of_chats: Engine
) -> None:
    url = await link(agent, chat)
    told = await engine_of_chats.mail(chat)
    nothing = {"outcome": "new_chat", "reason": "invalid_link"}

    for at in (0, 5, 20, 24, 30, 60):
        assert (await phone.open_link(spoilt(url, at))).json() == nothing
    for token in ("x", "äöü", "A" * 71, "A" * 400, "../../x"):
        assert (await phone.open_link(f"{PORTAL}?holdfast_reconnect={token}")).json() == nothing
    assert await engine_of_chats.mail(chat) == told


async def test_inv8_a_link_opens_its_own_chat_only(
    *,
    agent: httpx2.AsyncClient,
    browser: Browser,
    phone: Browser,
    chat: str,
    engine_of_chats: Engine,
    ann: Agent,
) -> None:
    await phone.sign_in()
    theirs = str((await phone.start())["conversation"]["conversation_id"])
    await engine_of_chats.project(theirs, State.ACTIVE, ann)
    url = await link(agent, theirs)

    answer = (await browser.open_link(url)).json()

    assert answer["snapshot"]["conversation"]["conversation_id"] == theirs
    assert (await browser.get(f"/conversations/{chat}/messages")).status_code == 404


async def test_a_link_is_good_at_its_own_widget_only(
    admin: httpx2.AsyncClient,
    agent: httpx2.AsyncClient,
    http: Http,
    chats: dict[str, Any],
    chat: str,
) -> None:
    other = await made(admin, chats, name="Other")
    elsewhere = Browser(http.anonymous(), other["widget_id"])

    answer = (await elsewhere.open_link(await link(agent, chat))).json()

    assert answer == {"outcome": "new_chat", "reason": "invalid_link"}


async def test_a_page_of_a_stranger_cannot_exchange_a_link(
    agent: httpx2.AsyncClient, http: Http, widget: dict[str, Any], chat: str
) -> None:
    token = httpx2.URL(await link(agent, chat)).params["holdfast_reconnect"]
    body = {"widget_id": widget["widget_id"], "link_token": token}

    answer = await http.anonymous().post("/chat/v1/reconnect", json=body, headers={"Origin": EVIL})

    assert answer.status_code == 403


async def test_a_session_is_good_on_pages_of_its_widget_only(
    admin: httpx2.AsyncClient, chats: dict[str, Any], browser: Browser, chat: str
) -> None:
    await made(admin, chats, name="Theirs", settings={"allowed_origins": [EVIL]})
    headers = {"Origin": EVIL, "Authorization": f"Bearer {browser.token}"}

    answer = await browser.client.get("/chat/v1/conversations/current", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


# -- in an agent's words -------------------------------------------------------------------------


async def test_the_slug_becomes_the_link_when_the_message_is_sent(
    agent: httpx2.AsyncClient, phone: Browser, chat: str
) -> None:
    text = "If we lose each other: {{reconnect_link}}"
    path = f"/agent/v1/conversations/{chat}/messages"
    sent = await agent.post(path, json={"text": text})

    assert sent.status_code == 202, sent.text
    shown = str(sent.json()["content"]["text"])
    url = shown.removeprefix("If we lose each other: ")
    assert (await phone.open_link(url)).json()["outcome"] == "reconnected"


async def test_a_slug_without_a_link_is_not_sent(
    admin: httpx2.AsyncClient, agent: httpx2.AsyncClient, widget: dict[str, Any], chat: str
) -> None:
    await configure(admin, widget, reconnecting={"enabled": False})
    path = f"/agent/v1/conversations/{chat}/messages"

    sent = await agent.post(path, json={"text": "Here: {{reconnect_link}}"})

    assert (sent.status_code, sent.json()["code"]) == (409, "refused")
    assert "switched off" in sent.json()["detail"]
    assert "{{" not in (await agent.get(path)).text


# -- customers the shop knows --------------------------------------------------------------------


@pytest.fixture
def member(http: Http, members_only: dict[str, Any]) -> Browser:
    return Browser(http.anonymous(), members_only["widget_id"])


@pytest.fixture
def members_phone(http: Http, members_only: dict[str, Any]) -> Browser:
    return Browser(http.anonymous("10.9.9.9"), members_only["widget_id"])


@pytest.fixture
async def members_chat(member: Browser, engine_of_chats: Engine, ann: Agent) -> str:
    await member.sign_in(SIGNER.token(name="Mia"))
    conversation_id = str((await member.start())["conversation"]["conversation_id"])
    await engine_of_chats.project(conversation_id, State.ACTIVE, ann)
    return conversation_id


async def test_a_customer_is_who_the_shop_says(
    agent: httpx2.AsyncClient, member: Browser, members_chat: str
) -> None:
    view = (await agent.get(f"/agent/v1/conversations/{members_chat}")).json()

    assert member.opened["authenticated"]
    assert view["contact"]["address"] == f"user:customer-42 {SHOP}"
    assert view["contact"]["display_name"] == "Mia"


async def test_what_the_shop_says_becomes_the_chats_context(
    agent: httpx2.AsyncClient, member: Browser, engine_of_chats: Engine, ann: Agent
) -> None:
    await member.sign_in(SIGNER.token(context={"plan": "gold", "vip": "yes"}))
    started = await member.start(context={"plan": "free", "cart": "3"})

    conversation_id = started["conversation"]["conversation_id"]
    await engine_of_chats.project(conversation_id, State.ACTIVE, ann)
    path = f"/agent/v1/conversations/{conversation_id}/chat"
    facts = (await agent.get(path)).json()

    assert facts["context"] == {"plan": "gold", "vip": "yes", "cart": "3"}


@pytest.mark.parametrize(
    "token",
    [None, "x.y.z", SIGNER.token(iss="https://evil.example"), Shop().token(), "x" * 15_999],
    ids=["none", "odd", "issuer", "forged", "huge"],
)
async def test_inv10_nobody_chats_as_a_customer_whom_the_shop_does_not_vouch_for(
    member: Browser, token: str | None
) -> None:
    answer = await member.sign_in(token)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_widget_that_knows_no_shop_takes_no_tokens(browser: Browser) -> None:
    assert (await browser.sign_in(SIGNER.token())).status_code == 401


async def test_a_members_link_needs_the_same_member(
    agent: httpx2.AsyncClient, members_phone: Browser, members_chat: str, engine_of_chats: Engine
) -> None:
    url = await link(agent, members_chat)

    nobody = await members_phone.open_link(url)
    another = await members_phone.open_link(url, SIGNER.token(sub="customer-43"))
    expired = await members_phone.open_link(url, SIGNER.token(exp=int(time.time()) - 100))
    same = await members_phone.open_link(url, SIGNER.token())

    assert (nobody.status_code, expired.status_code) == (401, 401)
    assert another.json() == {"outcome": "new_chat", "reason": "other_customer"}
    assert same.json()["outcome"] == "reconnected"


async def test_a_returning_member_is_asked_and_goes_on_with_the_same_chat(
    member: Browser, members_phone: Browser, members_chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.lose(members_chat)
    await engine_of_chats.project(members_chat, State.RECONNECT_WINDOW, ann)

    await members_phone.sign_in(SIGNER.token())
    asked = members_phone.opened
    told_before = await engine_of_chats.mail(members_chat)
    answer = await members_phone.post(f"/conversations/{members_chat}/continue")

    assert asked["current"] is None
    assert asked["reconnectable"]["conversation_id"] == members_chat
    assert told_before[-1] == "connection_lost"
    assert answer.json()["conversation"]["conversation_id"] == members_chat
    assert answer.json()["conversation"]["agent_name"] == ann.name
    assert (await engine_of_chats.mail(members_chat))[-1] == "customer_returned"


async def test_a_returning_member_may_begin_a_new_chat_instead(
    members_phone: Browser, members_chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.lose(members_chat)
    await engine_of_chats.project(members_chat, State.RECONNECT_WINDOW, ann)
    await members_phone.sign_in(SIGNER.token())

    started = await members_phone.start(start_new=True)

    assert started["conversation"]["conversation_id"] != members_chat
    assert (await engine_of_chats.mail(members_chat))[-1] == "customer_ended"
    late = await members_phone.post(f"/conversations/{members_chat}/continue")
    assert (late.status_code, late.json()["code"]) == (409, "chat_ended")


async def test_inv8_nobody_goes_on_with_another_members_chat(
    members_phone: Browser, members_chat: str, engine_of_chats: Engine
) -> None:
    await members_phone.sign_in(SIGNER.token(sub="customer-43"))

    answer = await members_phone.post(f"/conversations/{members_chat}/continue")
    unknown = await members_phone.post(f"/conversations/{new_id()}/continue")

    assert members_phone.opened["reconnectable"] is None
    assert (answer.status_code, answer.json()["detail"]) == (404, unknown.json()["detail"])


async def test_after_the_time_is_over_nobody_is_asked(
    members_phone: Browser, members_chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.lose(members_chat)
    await engine_of_chats.project(members_chat, State.WRAP_UP, ann, ended_by=Event.RECONNECT_EXPIRED)

    await members_phone.sign_in(SIGNER.token())

    assert members_phone.opened["reconnectable"] is None
    assert (await members_phone.start())["conversation"]["conversation_id"] != members_chat
