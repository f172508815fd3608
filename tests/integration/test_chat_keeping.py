"""What a customer says is kept in one round trip while their window is open, and safely otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.chats.sessions import Admitted
from domain.chats import ChatSession
from domain.conversations import MailKind, State
from domain.errors import ChatEnded, NotFound
from domain.ids import ConversationId
from domain.messages import Text
from storage.chat_leases import ChatLeases
from storage.chat_messages import ChatMessages
from storage.database import Connection, Database
from storage.intake import Received
from tests.chat_shop import ChatShop, a_lease, open_chat_shop
from tests.fakes import FakeConversations

LONG = timedelta(minutes=5)


class Counting(Database):
    """Knows how often PostgreSQL was asked for something. Beginning and committing is not counted."""

    asked = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        self.asked += 1
        async with super().connection() as connection:
            yield connection


@pytest.fixture
async def desk(database: Database, tmp_path: Path, conversations: FakeConversations) -> ChatShop:
    return await open_chat_shop(database, tmp_path, conversations)


@pytest.fixture
def counting(database: Database) -> Counting:
    return Counting(database._pool, database.conninfo)


@pytest.fixture
async def mia(desk: ChatShop) -> Admitted:
    """A customer with a chat, and a window that is open."""
    admitted, _ = await desk.chatting()
    await ChatLeases(desk.database).take(admitted.session.session_id, a_lease(), LONG)
    return admitted


def chat_of(who: Admitted) -> ConversationId:
    assert who.session.conversation_id is not None
    return who.session.conversation_id


async def keep(
    database: Database,
    desk: ChatShop,
    session: ChatSession,
    conversation_id: ConversationId,
    client_id: UUID | None = None,
) -> Received:
    endpoint = await desk.chat.sessions.endpoint(session.widget_id)
    return await ChatMessages(database).keep(
        session, endpoint, conversation_id, client_id=client_id or uuid4(), content=Text(text="Hello")
    )


async def test_at_an_open_window_it_takes_one_statement(
    desk: ChatShop, counting: Counting, mia: Admitted
) -> None:
    received = await keep(counting, desk, mia.session, chat_of(mia))
    assert (received.is_new, counting.asked) == (True, 1)
    assert await desk.mail(chat_of(mia)) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_WROTE]


async def test_inv3_said_twice_at_the_same_time_it_is_kept_once(
    desk: ChatShop, database: Database, mia: Admitted
) -> None:
    client_id = uuid4()
    attempts = (keep(database, desk, mia.session, chat_of(mia), client_id) for _ in range(6))
    received = await asyncio.gather(*attempts)
    assert [each.is_new for each in received].count(True) == 1
    assert len({each.message_id for each in received}) == 1
    assert await desk.mail(chat_of(mia)) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_WROTE]


async def test_inv1_messages_at_the_same_time_are_all_kept(
    desk: ChatShop, database: Database, mia: Admitted
) -> None:
    received = await asyncio.gather(
        *(keep(database, desk, mia.session, chat_of(mia)) for _ in range(6))
    )
    assert all(each.is_new for each in received)
    assert (await desk.mail(chat_of(mia))).count(MailKind.CUSTOMER_WROTE) == 6


@pytest.mark.parametrize("was_lost", [True, False])
async def test_whose_window_is_gone_counts_as_connected_again(
    desk: ChatShop, database: Database, mia: Admitted, *, was_lost: bool
) -> None:
    leases = ChatLeases(database)
    await desk.run_out()
    if was_lost:
        assert await leases.settle(chat_of(mia))
    assert (await keep(database, desk, mia.session, chat_of(mia))).is_new
    assert not await leases.settle(chat_of(mia))
    kinds = await desk.mail(chat_of(mia))
    assert (MailKind.CUSTOMER_RETURNED in kinds) is was_lost
    assert kinds[-1] is MailKind.CUSTOMER_WROTE


async def test_inv8_an_open_window_opens_nobody_elses_chat(
    desk: ChatShop, database: Database, mia: Admitted
) -> None:
    tom, _ = await desk.chatting()
    await ChatLeases(database).take(tom.session.session_id, a_lease(), LONG)
    with pytest.raises(NotFound):
        await keep(database, desk, tom.session, chat_of(mia))
    assert await desk.mail(chat_of(mia)) == [MailKind.CHAT_STARTED]


async def test_a_chat_that_ended_takes_nothing_at_an_open_window(
    desk: ChatShop, database: Database, mia: Admitted
) -> None:
    await desk.project(chat_of(mia), State.WRAP_UP, 1)
    with pytest.raises(ChatEnded):
        await keep(database, desk, mia.session, chat_of(mia))
