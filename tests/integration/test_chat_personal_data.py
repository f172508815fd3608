"""What customers leave in chats goes when they are erased, or when it was kept for long enough."""

from pathlib import Path

import pytest

from application.erasure import Erasing
from domain.chats import ChatStart, Page, Visitor
from domain.errors import NotSignedIn
from domain.ids import ConversationId, new_id
from storage.blobs import FileBlobs
from storage.database import Database
from storage.erasures import Erasures
from tests.chat_shop import ChatShop, open_chat_shop
from tests.fakes import FakeConversations
from tests.persons import HASHES, erase, everything_in

START = ChatStart(
    locale="de-DE",
    pre_chat={"name": "Mia Knee", "phone": "+4915112345678"},
    context={"diagnosis": "allergic to penicillin"},
    page=Page(url="https://shop.example/knee", title="For your knee"),
)
VISITOR = Visitor(
    address="user:4711-2233-5566 https://shop.example",
    authenticated=True,
    display_name="Mia Knee",
    email="mia.knee@example.com",
    phone="+4915112345678",
    context={"care of": "Dr. Knee"},
)
TRACES = ("Knee", "knee", "penicillin", "4915112345678", "4711-2233-5566", "mia.")


@pytest.fixture
async def desk(database: Database, tmp_path: Path, conversations: FakeConversations) -> ChatShop:
    return await open_chat_shop(database, tmp_path, conversations)


async def a_finished_chat(desk: ChatShop) -> tuple[str, ConversationId]:
    admitted = await desk.chat.sessions.admit(desk.widget_id, VISITOR)
    chatting = desk.chat.chatting
    snapshot, _ = await chatting.start(admitted.session, START, start_new=False)
    chat = snapshot.conversation.conversation_id
    await desk.says(admitted.session, chat, "My knee hurts")
    await chatting.end(admitted.session, chat)
    await chatting.answer_survey(admitted.session, chat, {"words": "my knee is better"})
    await desk.close(chat)
    return admitted.token, chat


async def traces_in(database: Database) -> dict[str, list[str]]:
    rows = await everything_in(database)
    found = {name: [trace for trace in TRACES if trace in text] for name, text in rows.items()}
    return {name: traces for name, traces in found.items() if traces}


async def test_of_an_erased_customer_nothing_is_left_and_their_browser_is_nobodys(
    desk: ChatShop, tmp_path: Path
) -> None:
    token, chat = await a_finished_chat(desk)
    row = await desk.database.one(
        "SELECT contact_id FROM conversations WHERE conversation_id = %(chat)s", {"chat": chat}
    )
    assert row is not None
    assert {"chats", "chat_sessions", "messages"} <= set(await traces_in(desk.database))
    eraser = Erasing(
        database=desk.database,
        blobs=FileBlobs(tmp_path),
        conversations=desk.shop.conversations,
        starter=desk.shop.erasures,
        hashes=HASHES,
    )
    erasure = await Erasures(desk.database).request(row["contact_id"], "Bo", new_id())
    await desk.database.execute("DELETE FROM mailbox")
    assert await erase(eraser, erasure.erasure_id) == 0
    assert await traces_in(desk.database) == {}
    with pytest.raises(NotSignedIn):
        await desk.known(token)


async def test_what_was_said_in_chats_is_kept_as_long_as_the_organisation_says(
    desk: ChatShop,
) -> None:
    _, chat = await a_finished_chat(desk)
    await desk.database.execute("UPDATE organizations SET transcript_days = 30")
    await desk.database.execute("UPDATE conversations SET closed_at = now() - interval '31 days'")
    while await desk.shop.parts.retention.expire_some():
        pass
    facts = await desk.chat.insight._chats.facts(chat)
    assert (facts.pre_chat, facts.context, facts.pages, facts.post_chat) == ({}, {}, (), {})


async def test_browsers_that_were_away_for_long_are_forgotten(desk: ChatShop) -> None:
    token, _ = await a_finished_chat(desk)
    await desk.database.execute("UPDATE chat_sessions SET last_seen_at = now() - interval '31 days'")
    assert (await desk.shop.parts.housekeeper.tidy())["chat_sessions"] == 1
    with pytest.raises(NotSignedIn):
        await desk.known(token)
