"""What agents do over HTTP, and what they may not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from application.services import Engine
from domain.commands import CloseSession, End, ForceClose, Park, Pick, Release, Send, Withdraw
from domain.configuration import Agent, Approval, Scope
from domain.errors import NotYourConversation, WindowClosed
from domain.ids import new_id
from domain.messages import DeliveryStatus
from domain.views import ConversationView
from storage.accounts import Accounts
from storage.database import Database
from storage.templates import Templates
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import Shop, an_outbound, open_shop

PATH = "/agent/v1/conversations"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


async def desk_of(http: Http, agent: Agent) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=agent)


@pytest.fixture
async def ann(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await desk_of(http, shop.ann)


@pytest.fixture
async def conversation(shop: Shop) -> ConversationView:
    return await shop.hears("Where is my parcel?")


def path_of(conversation: ConversationView, rest: str = "messages") -> str:
    return f"{PATH}/{conversation.conversation_id}/{rest}"


def a_template_use(shop: Shop, **variables: str) -> dict[str, Any]:
    return {"template_id": str(shop.template.template_id), "variables": variables}


async def test_an_agent_sees_what_waits_in_their_queues(
    ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    [listed] = (await ann.get(PATH)).json()["items"]
    assert listed["conversation_id"] == str(conversation.conversation_id)
    assert listed["contact"]["display_name"] == "Alice"
    assert (await ann.get(f"{PATH}?state=active&state=waiting")).json()["items"] == []
    assert len((await ann.get(f"{PATH}?state=open&state=active")).json()["items"]) == 1


async def test_nobody_sees_or_touches_what_is_not_theirs(
    http: Http, shop: Shop, conversation: ConversationView
) -> None:
    eve = await desk_of(http, shop.eve)
    assert (await eve.get(PATH)).json()["items"] == []
    for rest in ("", "/messages", "/notes"):
        answer = await eve.get(f"{PATH}/{conversation.conversation_id}{rest}")
        assert answer.status_code == 404
    for rest in ("accept", "end", "close-session", "release"):
        assert (await eve.post(path_of(conversation, rest))).status_code == 404
    assert (await eve.post(path_of(conversation), json={"text": "Hi"})).status_code == 404
    assert shop.conversations.asked == 0


async def test_a_supervisor_sees_everything(
    http: Http, shop: Shop, conversation: ConversationView
) -> None:
    sam = await desk_of(http, shop.sam)
    assert len((await sam.get(PATH)).json()["items"]) == 1


async def test_the_transcript_comes_in_pages(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.hears("Hello?")
    first = (await ann.get(path_of(conversation), params={"limit": 1})).json()
    assert first["items"][0]["content"]["text"] == "Where is my parcel?"
    after = {"after": first["next_cursor"]}
    second = (await ann.get(path_of(conversation), params=after)).json()
    assert [message["seq"] for message in second["items"]] == [2]
    assert second["next_cursor"] is None


async def test_accepting_asks_the_conversation(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    answer = await ann.post(path_of(conversation, "accept"))
    assert answer.status_code == 200
    [command] = shop.conversations.commands
    assert isinstance(command, Pick)
    assert (command.agent_id, command.as_supervisor) == (shop.ann.agent_id, False)


async def test_accepting_ones_own_again_changes_nothing(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.assign(conversation.conversation_id, shop.ann)
    answer = await ann.post(path_of(conversation, "accept"))
    assert answer.json()["agent_id"] == str(shop.ann.agent_id)
    assert shop.conversations.asked == 0


async def test_accepting_what_somebody_else_has_is_refused(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.assign(conversation.conversation_id, shop.ben)
    shop.conversations.refusal = NotYourConversation("Ben has it.")
    answer = await ann.post(path_of(conversation, "accept"))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_your_conversation")


@pytest.mark.parametrize(
    ("rest", "command"), [("end", End), ("close-session", CloseSession), ("release", Release)]
)
async def test_letting_go(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, rest: str, command: type
) -> None:
    assert (await ann.post(path_of(conversation, rest))).status_code == 200
    assert [type(each) for each in shop.conversations.commands] == [command]


async def test_only_a_supervisor_closes_by_force(
    http: Http, ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    assert (await ann.post(path_of(conversation, "force-close"))).status_code == 403
    sam = await desk_of(http, shop.sam)
    assert (await sam.post(path_of(conversation, "force-close"))).status_code == 200
    [command] = shop.conversations.commands
    assert isinstance(command, ForceClose)
    assert command.as_supervisor


async def test_while_temporal_is_down_an_action_is_unavailable(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    shop.conversations.is_down = True
    assert (await ann.post(path_of(conversation, "accept"))).status_code == 503


async def test_a_reply_is_accepted_and_queued(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    answer = await ann.post(path_of(conversation), json={"text": "On its way."})
    assert answer.status_code == 202
    assert answer.json()["delivery"]["status"] == "queued"
    assert answer.json()["author_id"] == str(shop.ann.agent_id)
    [command] = shop.conversations.commands
    assert isinstance(command, Send)
    assert str(command.message_id) == answer.json()["message_id"]


async def test_inv3_while_temporal_is_down_a_reply_is_accepted_all_the_same(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    shop.conversations.is_down = True
    answer = await ann.post(path_of(conversation), json={"text": "On its way."})
    assert (answer.status_code, answer.json()["delivery"]["status"]) == (202, "queued")


async def test_inv3_a_repeated_request_sends_once(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    headers = {"Idempotency-Key": "reply-1"}
    first = await ann.post(path_of(conversation), json={"text": "Hi"}, headers=headers)
    second = await ann.post(path_of(conversation), json={"text": "Hi"}, headers=headers)
    assert first.json() == second.json()
    assert len(shop.conversations.commands) == 1


async def test_inv4_free_text_outside_the_window_is_refused_and_shows_a_way_out(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    shop.conversations.refusal = WindowClosed("Over.", window_expired_at="yesterday")
    answer = await ann.post(path_of(conversation), json={"text": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "window_closed")
    templates = await ann.get(answer.json()["details"]["templates"])
    assert [each["name"] for each in templates.json()["items"]] == ["come_back"]
    transcript = (await ann.get(path_of(conversation))).json()["items"]
    assert [message["direction"] for message in transcript] == ["inbound"]


async def test_inv4_a_window_that_is_surely_over_is_not_even_asked_about(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.expire_window(conversation.conversation_id)
    answer = await ann.post(path_of(conversation), json={"text": "Hi"})
    assert answer.json()["code"] == "window_closed"
    assert shop.conversations.asked == 0


async def test_a_template_goes_out_after_the_window(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.expire_window(conversation.conversation_id)
    use = {"template": a_template_use(shop, name="Alice")}
    answer = await ann.post(path_of(conversation), json=use)
    assert answer.status_code == 202
    content = answer.json()["content"]
    assert content["text"] == "Hello Alice, shall we go on?"
    assert content["variables"] == {"1": "Alice"}
    [command] = shop.conversations.commands
    assert isinstance(command, Send)
    assert command.is_template


@pytest.mark.parametrize(
    "variables", [{}, {"name": " "}, {"name": "a\nb"}, {"name": "Alice", "more": "x"}]
)
async def test_a_template_with_wrong_variables_is_refused_before_it_is_stored(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, variables: dict[str, str]
) -> None:
    use = {"template": a_template_use(shop, **variables)}
    answer = await ann.post(path_of(conversation), json=use)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert len((await ann.get(path_of(conversation))).json()["items"]) == 1


async def test_a_template_that_is_not_approved_is_refused(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    [translation] = shop.template.translations
    paused = translation.model_copy(update={"approval": Approval.PAUSED})
    changed = shop.template.model_copy(update={"translations": (paused,)})
    await Templates(shop.database).update(changed, 1)
    use = {"template": a_template_use(shop, name="Alice")}
    assert (await ann.post(path_of(conversation), json=use)).status_code == 409
    templates = await ann.get(f"/agent/v1/templates?conversation_id={conversation.conversation_id}")
    assert templates.json()["items"] == []


async def test_a_reply_is_parked_behind_a_template(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.expire_window(conversation.conversation_id)
    park = {"template": a_template_use(shop, name="Alice")}
    answer = await ann.post(path_of(conversation), json={"text": "Found it!", "park": park})
    assert answer.status_code == 202
    [parked] = answer.json()["continued"]
    assert answer.json()["content"]["kind"] == "template"
    assert parked["delivery"]["status"] == "parked"
    send, hold = shop.conversations.commands
    assert isinstance(send, Send)
    assert isinstance(hold, Park)
    assert str(hold.message_id) == parked["message_id"]


async def test_a_parked_reply_is_withdrawn(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    until = datetime.now(UTC) + timedelta(days=7)
    parked = await an_outbound(shop, conversation, status=DeliveryStatus.PARKED, parked_until=until)
    answer = await ann.delete(path_of(conversation, f"messages/{parked}"))
    assert answer.status_code == 200
    [command] = shop.conversations.commands
    assert isinstance(command, Withdraw)
    assert command.message_id == parked


async def test_a_message_of_another_conversation_cannot_be_withdrawn(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    other = await an_outbound(shop, await shop.hears_from("whatsapp:+4915199999999"))
    assert (await ann.delete(path_of(conversation, f"messages/{other}"))).status_code == 404
    assert (await ann.delete(path_of(conversation, f"messages/{new_id()}"))).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "  "},
        {"text": "Hi", "location": {"latitude": 1, "longitude": 2}},
        {"text": "Hi", "template": {"template_id": str(new_id())}},
        {"text": "Hi", "unknown": 1},
        {"location": {"latitude": 91, "longitude": 2}},
    ],
)
async def test_what_cannot_be_right_is_refused(
    ann: httpx2.AsyncClient, conversation: ConversationView, body: dict[str, object]
) -> None:
    assert (await ann.post(path_of(conversation), json=body)).status_code == 422


async def test_notes_stay_inside(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    answer = await ann.post(path_of(conversation, "notes"), json={"text": "Be kind."})
    assert answer.status_code == 201
    [note] = (await ann.get(path_of(conversation, "notes"))).json()["items"]
    assert note["text"] == "Be kind."
    assert shop.conversations.asked == 0
    assert len((await ann.get(path_of(conversation))).json()["items"]) == 1


async def test_who_am_i(ann: httpx2.AsyncClient, shop: Shop) -> None:
    me = (await ann.get("/agent/v1/me")).json()
    assert me["agent"]["agent_id"] == str(shop.ann.agent_id)
    assert me["scopes"] == ["agent"]


async def test_nobody_answers_a_customer_whom_another_system_answers(
    ann: httpx2.AsyncClient, shop: Shop
) -> None:
    conversation = await shop.hears(details={"mode": "standby"})
    answer = await ann.post(path_of(conversation), json={"text": "Hi"})
    assert answer.status_code == 409
    assert "Another system answers" in answer.json()["detail"]
    assert shop.conversations.asked == 0
