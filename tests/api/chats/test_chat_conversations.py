"""The chat API: whose chat it is, when it begins, what is said in it, and when it is over."""

from uuid import UUID, uuid4

import pytest

from application.chats.limits import Limit
from domain.chats import Visitor
from domain.configuration import Scope
from domain.conversations import MailKind, State
from domain.ids import new_id
from storage.database import Database
from storage.notes import Notes
from tests.api.chat_customers import CHATS, Customer, a_customer
from tests.api.conftest import Http, everything_in
from tests.chat_shop import ChatShop
from tests.shop import an_outbound


async def test_a_session_begins_without_a_chat(http: Http, desk: ChatShop, mia: Customer) -> None:
    body = {"widget_id": str(desk.widget_id)}
    opened = (await http.anonymous().post("/chat/v1/sessions", json=body)).json()
    assert (opened["authenticated"], opened["current"], opened["reconnectable"]) == (False, None, None)
    assert (await mia.http.get(f"{CHATS}/current")).status_code == 204


async def test_a_widget_that_is_not_there_or_switched_off_opens_no_session(
    http: Http, desk: ChatShop
) -> None:
    for widget_id in (new_id(), desk.widget_id):
        await desk.database.execute("UPDATE endpoints SET enabled = false")
        body = {"widget_id": str(widget_id)}
        answer = await http.anonymous().post("/chat/v1/sessions", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_shops_word_is_refused_where_nobody_can_check_it(http: Http, desk: ChatShop) -> None:
    body = {"widget_id": str(desk.widget_id), "identity_token": "a.b.c"}
    answer = await http.anonymous().post("/chat/v1/sessions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_chat_begins_with_what_the_page_knows(mia: Customer, desk: ChatShop) -> None:
    snapshot = await mia.begin(
        locale="ko-KR",
        pre_chat={"name": "Mia", "order": "4711"},
        context={"cart": "3 items"},
        page={"url": "https://shop.example/cart", "title": "Cart"},
    )
    conversation = snapshot["conversation"]
    assert (conversation["state"], conversation["can_write"]) == ("open", True)
    assert (conversation["queue_position"], conversation["average_wait_seconds"]) == (1, None)
    assert snapshot["messages"] == []
    facts = await desk.chat.insight._chats.facts(as_id(mia.chat))
    assert facts.pre_chat == {"name": "Mia", "order": "4711"}
    assert [page.title for page in facts.pages] == ["Cart"]
    assert await desk.mail(as_id(mia.chat)) == [MailKind.CHAT_STARTED]


async def test_agents_see_it_before_a_word_is_said(mia: Customer, desk: ChatShop, http: Http) -> None:
    await mia.begin(pre_chat={"name": "Mia"}, context={"cart": "3 items"})
    ann = await http.keyed(Scope.AGENT, agent=desk.shop.ann)
    (listed,) = (await ann.get("/agent/v1/conversations")).json()["items"]
    assert (listed["channel"], listed["state"]) == ("live_chat", "open")
    assert listed["contact"]["display_name"] == "Mia"
    facts = (await ann.get(f"/agent/v1/conversations/{mia.chat}/chat")).json()
    assert facts["context"] == {"cart": "3 items"}
    eve = await http.keyed(Scope.AGENT, agent=desk.shop.eve)
    assert (await eve.get(f"/agent/v1/conversations/{mia.chat}/chat")).status_code == 404


async def test_inv6_one_unfinished_chat_however_often_it_is_begun(mia: Customer) -> None:
    first = await mia.begin()
    again = await mia.http.post(CHATS, json={})
    assert again.status_code == 200
    ids = [each["conversation"]["conversation_id"] for each in (first, again.json())]
    assert ids[0] == ids[1]


async def test_a_new_chat_ends_the_one_before(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    before = mia.chat
    await mia.begin(start_new=True)
    assert mia.chat != before
    ended = (await mia.http.post(f"{CHATS}/{before}/end")).json()
    assert (ended["state"], ended["ended_reason"]) == ("wrap_up", "customer_ended")
    assert (await desk.mail(as_id(before)))[-1] is MailKind.CUSTOMER_ENDED


async def test_what_is_said_is_kept_once_whoever_repeats_it(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    client_id = uuid4()
    answers = [await mia.say("Hello?", client_id) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["message_id"] for answer in answers}) == 1
    (message,) = (await mia.messages())["messages"]
    assert message["client_id"] == str(client_id)
    assert (message["content"]["text"], message["status"]) == ("Hello?", "sent")
    assert await desk.mail(as_id(mia.chat)) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_WROTE]


async def test_somebody_elses_client_id_opens_nothing(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    await mia.begin()
    client_id = uuid4()
    await mia.say("my secret", client_id)
    tom = await a_customer(http, desk)
    await tom.begin()
    answer = await tom.say("mine", client_id)
    assert answer.status_code == 201
    assert answer.json()["content"]["text"] == "mine"


async def test_inv8_nobody_reaches_somebody_elses_chat(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    await mia.begin()
    await mia.say("my secret")
    tom = await a_customer(http, desk)
    tom.chat = mia.chat
    url = f"{CHATS}/{mia.chat}"
    file = {"file": ("a.txt", b"hello", "text/plain")}
    answers = [
        await tom.say("hello"),
        await tom.http.get(f"{url}/messages"),
        await tom.http.get(f"{url}/transcript"),
        await tom.post("end"),
        await tom.post("typing", is_typing=True),
        await tom.post("read", seq=1),
        await tom.post("pages", url="https://x.example"),
        await tom.post("survey", answers={"a": "b"}),
        await tom.http.post(f"{url}/files", data={"client_id": str(uuid4())}, files=file),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all("secret" not in answer.text for answer in answers)


@pytest.mark.parametrize("token", ["hfc_wrong", "hfs_wrong", "x", "hfc_" + "x" * 500])
async def test_a_token_nobody_has_opens_nothing(http: Http, desk: ChatShop, token: str) -> None:
    for method, path in (("GET", f"{CHATS}/current"), ("POST", CHATS), ("GET", "/chat/v1/events")):
        answer = await http.bearing(token).request(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_customers_token_is_no_agents(http: Http, mia: Customer) -> None:
    assert (await mia.http.get("/agent/v1/conversations")).status_code == 401


async def test_inv9_of_a_token_only_a_digest_is_stored(mia: Customer, database: Database) -> None:
    await mia.begin()
    assert mia.token not in await everything_in(database)


@pytest.mark.parametrize("text", ["", "   ", "x" * 6_001])
async def test_what_is_empty_or_too_long_is_not_sent(mia: Customer, text: str) -> None:
    await mia.begin()
    answer = await mia.say(text)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_a_request_of_more_than_28_kilobytes_is_not_read(mia: Customer) -> None:
    await mia.begin()
    answer = await mia.say("x" * 28 * 1024)
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
    assert (await mia.say("\U0001f600" * 6_000)).status_code == 201


@pytest.mark.parametrize("state", [State.WRAP_UP, State.CLOSED])
async def test_what_comes_too_late_is_refused_and_not_kept(
    mia: Customer, desk: ChatShop, state: State
) -> None:
    await mia.begin()
    await mia.say("in time")
    await end_by_agent(desk, mia, closed=state is State.CLOSED)
    answer = await mia.say("too late")
    assert (answer.status_code, answer.json()["code"]) == (409, "chat_ended")
    texts = [each["content"]["text"] for each in (await mia.messages())["messages"]]
    assert texts == ["in time"]


async def test_a_repeated_message_is_the_same_even_after_the_end(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    client_id = uuid4()
    await mia.say("in time", client_id)
    await end_by_agent(desk, mia)
    assert (await mia.say("in time", client_id)).status_code == 200


async def test_after_the_agents_end_a_new_chat_begins_while_the_old_one_is_wrapped_up(
    mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    await mia.say()
    before = mia.chat
    await end_by_agent(desk, mia)
    assert (await mia.http.get(f"{CHATS}/current")).status_code == 204
    await mia.begin()
    assert mia.chat != before
    assert (await mia.say("again")).status_code == 201


async def test_the_customers_end_counts_at_once(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    ended = await mia.post("end")
    assert ended.status_code == 200
    shown = {key: ended.json()[key] for key in ("state", "can_write", "ended_reason")}
    assert shown == {"state": "wrap_up", "can_write": False, "ended_reason": "customer_ended"}
    assert (await mia.say("wait")).json()["code"] == "chat_ended"
    assert (await mia.post("end")).status_code == 200
    mail = await desk.mail(as_id(mia.chat))
    assert mail == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_ENDED]


async def test_a_projection_that_was_under_way_does_not_reopen_what_the_customer_ended(
    mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    before = mia.chat
    await mia.post("end")
    await mia.begin()
    await desk.project(as_id(before), State.ACTIVE, 1)
    ended = (await mia.http.post(f"{CHATS}/{before}/end")).json()
    assert (ended["state"], ended["can_write"]) == ("wrap_up", False)


async def test_the_agent_is_named_and_so_is_the_reason_it_ended(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    await desk.project(as_id(mia.chat), State.ACTIVE, 1)
    active = (await mia.http.get(f"{CHATS}/current")).json()["conversation"]
    assert (active["state"], active["agent_name"]) == ("active", "Ann")
    assert active["queue_position"] is None
    await desk.project(as_id(mia.chat), State.WRAP_UP, 2, ended_by="grace_expired")
    ended = (await mia.post("end")).json()
    assert ended["ended_reason"] == "connection_lost"


async def test_who_waits_knows_their_place_and_how_long_others_waited(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    await mia.begin()
    await desk.database.execute("UPDATE conversations SET opened_at = now() - interval '60 seconds'")
    await desk.project(as_id(mia.chat), State.ACTIVE, 1)
    await desk.database.execute("UPDATE conversations SET accepted_at = now() - interval '20 seconds'")
    customers = [await a_customer(http, desk) for _ in range(3)]
    views = [(await each.begin())["conversation"] for each in customers]
    assert [view["queue_position"] for view in views] == [1, 2, 3]
    assert {view["average_wait_seconds"] for view in views} == {40}


async def test_inv9_customers_see_what_left_for_them_and_nothing_else(
    mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    await mia.say("Hello")
    chat = as_id(mia.chat)
    await desk.project(chat, State.ACTIVE, 1)
    await Notes(desk.database).add(chat, desk.shop.ann.agent_id, "a private remark")
    view = await desk.shop.parts.engine.desk._listed.get(chat)
    await an_outbound(desk.shop, view, content={"kind": "text", "text": "still queued"})
    await desk.ann_says(chat, content={"kind": "text", "text": "How can I help?"})
    shown = (await mia.messages())["messages"]
    assert [(each["author"], each["content"]["text"]) for each in shown] == [
        ("customer", "Hello"),
        ("agent", "How can I help?"),
    ]
    assert shown[1]["author_name"] == "Ann"
    taken_away = await mia.http.get(f"{CHATS}/{mia.chat}/transcript?format=text")
    for secret in ("private remark", "still queued", str(desk.shop.ann.agent_id)):
        assert secret not in str(shown) + taken_away.text


async def test_what_is_asked_before_a_chat_is_checked(mia: Customer, desk: ChatShop) -> None:
    order = {"name": "order", "label": "Order number", "required": True}
    await desk.asks("pre_chat", order, {"name": "mail", "label": "Your e-mail", "kind": "email"})
    for answers, field in (
        ({}, "pre_chat.order"),
        ({"order": " "}, "pre_chat.order"),
        ({"order": "1", "mail": "me"}, "pre_chat.mail"),
        ({"order": "1", "card": "4111"}, "pre_chat.card"),
    ):
        refused = await mia.http.post(CHATS, json={"pre_chat": answers})
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (422, "invalid_input"), problem
        assert field in refused.text
    assert (await mia.http.get(f"{CHATS}/current")).status_code == 204
    await mia.begin(pre_chat={"order": " 4711 ", "mail": ""})
    facts = await desk.chat.insight._chats.facts(as_id(mia.chat))
    assert facts.pre_chat == {"order": "4711"}
    again = await mia.http.post(CHATS, json={})
    assert again.status_code == 200  # a chat that goes on asks nothing


async def test_what_is_asked_after_a_chat_is_checked(mia: Customer, desk: ChatShop) -> None:
    stars = {"name": "stars", "label": "Stars", "kind": "options", "options": ["1", "2"]}
    await desk.asks("post_chat", stars | {"required": True})
    await mia.begin()
    await mia.post("end")
    for answers in ({}, {"stars": "3"}, {"stars": "2", "words": "good"}):
        assert (await mia.post("survey", answers=answers)).status_code == 422
    assert (await mia.post("survey", answers={"stars": "2"})).status_code == 204


async def test_older_messages_come_in_pages(mia: Customer) -> None:
    await mia.begin()
    for number in range(5):
        await mia.say(str(number))
    newest = await mia.messages(limit=2)
    assert ([each["content"]["text"] for each in newest["messages"]], newest["has_more"]) == (
        ["3", "4"],
        True,
    )
    older = await mia.messages(limit=10, before=newest["messages"][0]["seq"])
    assert [each["content"]["text"] for each in older["messages"]] == ["0", "1", "2"]
    assert older["has_more"] is False


async def test_reading_counts_by_the_same_ranks_as_any_providers_word(
    mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    chat = as_id(mia.chat)
    await desk.project(chat, State.ACTIVE, 1)
    message_id = await desk.ann_says(chat)
    seq = (await mia.messages())["messages"][0]["seq"]
    assert (await mia.post("read", seq=seq)).status_code == 204
    message = await desk.shop.parts.engine.desk._messages.get(message_id)
    assert message.delivery is not None
    assert message.delivery.status == "read"


async def test_a_transcript_runs_nothing_that_somebody_wrote(mia: Customer) -> None:
    await mia.begin()
    await mia.say("<script>alert('hi')</script>")
    page = await mia.http.get(f"{CHATS}/{mia.chat}/transcript")
    assert page.headers["content-disposition"] == 'attachment; filename="chat.html"'
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    text = await mia.http.get(f"{CHATS}/{mia.chat}/transcript?format=text")
    assert "Customer: <script>" in text.text


async def test_pages_and_answers_are_kept_for_the_agent(mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    for number in range(103):
        await mia.post("pages", url=f"https://shop.example/{number}")
    await mia.post("end")
    assert (await mia.post("survey", answers={"stars": "5"})).status_code == 204
    facts = await desk.chat.insight._chats.facts(as_id(mia.chat))
    urls = [page.url for page in facts.pages]
    assert (len(urls), urls[0], urls[-1]) == (
        100,
        "https://shop.example/3",
        "https://shop.example/102",
    )
    assert facts.post_chat == {"stars": "5"}


async def test_too_many_calls_have_to_wait(mia: Customer, desk: ChatShop) -> None:
    object.__setattr__(desk.chat.limits, "per_session", Limit(2))
    answers = [await mia.http.get(f"{CHATS}/current") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_somebody_signed_in_finds_their_chat_in_another_browser(
    desk: ChatShop, http: Http
) -> None:
    visitor = Visitor(address="user:4711", authenticated=True, display_name="Mia")
    first = await desk.chat.sessions.admit(desk.widget_id, visitor)
    here = Customer(http.bearing(first.token), first.token)
    await here.begin()
    await here.say("from the phone")
    second = await desk.chat.sessions.admit(desk.widget_id, visitor)
    opened = await desk.chat.chatting.welcome(second)
    assert opened.current is not None
    assert str(opened.current.conversation.conversation_id) == here.chat
    there = Customer(http.bearing(second.token), second.token, here.chat)
    assert (await there.say("from the desk")).status_code == 201


async def test_who_lost_their_chat_is_asked_first_in_another_browser(
    desk: ChatShop, http: Http
) -> None:
    await desk.database.execute(
        'UPDATE workstreams SET timers = timers || \'{"reconnect_limit": "PT2M"}\''
    )
    visitor = Visitor(address="user:4711", authenticated=True)
    first = await desk.chat.sessions.admit(desk.widget_id, visitor)
    here = Customer(http.bearing(first.token), first.token)
    await here.begin()
    await desk.run_out()
    await desk.chat.connections.sweep()
    second = await desk.chat.sessions.admit(desk.widget_id, visitor)
    opened = await desk.chat.chatting.welcome(second)
    assert (opened.current, opened.reconnectable is None) == (None, False)
    assert await desk.mail(as_id(here.chat)) == [MailKind.CHAT_STARTED, MailKind.CONNECTION_LOST]
    session = await desk.known(second.token)
    await desk.chat.chatting.rejoin(session, as_id(here.chat))
    assert (await desk.mail(as_id(here.chat)))[-1] is MailKind.CUSTOMER_RETURNED


async def end_by_agent(desk: ChatShop, customer: Customer, *, closed: bool = False) -> None:
    chat = as_id(customer.chat)
    await desk.project(chat, State.ACTIVE, 1)
    await desk.project(chat, State.WRAP_UP, 2, ended_by="agent_ended")
    if closed:
        await desk.close(chat)


def as_id(text: str) -> UUID:
    return UUID(text)
