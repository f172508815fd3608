"""Connected is a lease: PostgreSQL decides, whoever asks and however many ask at once."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from domain.chats import ChatStart
from domain.conversations import MailKind, State
from storage.chat_leases import ChatLeases
from storage.database import Database
from tests.chat_shop import ChatShop, a_lease, open_chat_shop
from tests.fakes import FakeConversations

LONG = timedelta(minutes=5)


@pytest.fixture
async def desk(database: Database, tmp_path: Path, conversations: FakeConversations) -> ChatShop:
    return await open_chat_shop(database, tmp_path, conversations)


@pytest.fixture
def leases(database: Database) -> ChatLeases:
    return ChatLeases(database)


async def test_who_begins_counts_as_connected_until_their_window_says_so(
    desk: ChatShop, leases: ChatLeases
) -> None:
    _, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    assert await leases.lapsed(10) == []
    await desk.run_out()
    assert await leases.lapsed(10) == [chat]
    assert await leases.settle(chat)
    assert await desk.mail(chat) == [MailKind.CHAT_STARTED, MailKind.CONNECTION_LOST]


async def test_once_a_window_is_open_it_alone_says_whether_somebody_is_there(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    chat, tab = snapshot.conversation.conversation_id, a_lease()
    await leases.take(customer.session.session_id, tab, LONG)
    await leases.vouch(customer.session.session_id, LONG)
    await desk.run_out(tab)
    assert await leases.settle(chat)


async def test_who_acts_while_their_window_closes_counts_as_connected(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    chat, tab = snapshot.conversation.conversation_id, a_lease()
    await leases.take(customer.session.session_id, tab, LONG)
    await leases.let_go(tab, timedelta(seconds=5))
    await leases.vouch(customer.session.session_id, LONG)
    await desk.run_out(tab)
    assert not await leases.settle(chat)


async def test_the_connection_is_lost_with_the_last_lease_and_once(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    tab, other = a_lease(), a_lease()
    await desk.run_out()
    await leases.take(customer.session.session_id, tab, LONG)
    await leases.take(customer.session.session_id, other, LONG)
    assert not await leases.settle(chat)
    await desk.run_out(tab)
    assert not await leases.settle(chat)
    await desk.run_out(other)
    assert await leases.settle(chat)
    assert not await leases.settle(chat)
    assert (await desk.mail(chat)).count(MailKind.CONNECTION_LOST) == 1


async def test_whoever_comes_back_is_told_once_however_many_windows_open(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.run_out()
    await leases.settle(chat)
    session_id = customer.session.session_id
    back = await asyncio.gather(*(leases.take(session_id, a_lease(), LONG) for _ in range(8)))
    assert [each for each in back if each] == [chat]
    assert (await desk.mail(chat))[-1] is MailKind.CUSTOMER_RETURNED


async def test_processes_that_sweep_at_once_lose_a_connection_once(
    desk: ChatShop, leases: ChatLeases
) -> None:
    _, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.run_out()
    lost = await asyncio.gather(*(leases.settle(chat) for _ in range(8)))
    assert lost.count(True) == 1
    assert (await desk.mail(chat)).count(MailKind.CONNECTION_LOST) == 1


async def test_inv8_lost_and_returned_take_turns_whatever_races(
    desk: ChatShop, leases: ChatLeases
) -> None:
    """Windows open, close and run out at once: lost and returned alternate, and the end is true."""
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    session_id = customer.session.session_id

    async def window(number: int) -> None:
        lease = a_lease()
        await leases.take(session_id, lease, LONG)
        await leases.let_go(lease, timedelta())
        if number % 2:
            await leases.settle(chat)

    await desk.run_out()
    for _ in range(5):
        await asyncio.gather(*(window(number) for number in range(6)))
    await leases.settle(chat)
    told = [kind for kind in await desk.mail(chat) if kind is not MailKind.CHAT_STARTED]
    assert told[-1] is MailKind.CONNECTION_LOST
    assert all(one is not other for one, other in pairwise(told))
    last = a_lease()
    assert await leases.take(session_id, last, LONG) == chat


async def test_edge11_who_ends_a_chat_and_begins_another_is_connected_by_the_same_window(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    ended, tab = snapshot.conversation.conversation_id, a_lease()
    await leases.take(customer.session.session_id, tab, LONG)
    await desk.chat.chatting.end(customer.session, ended)
    session = await desk.known(customer.token)
    snapshot, is_new = await desk.chat.chatting.start(session, ChatStart(), start_new=False)
    begun = snapshot.conversation.conversation_id
    await desk.database.execute("DELETE FROM chat_leases WHERE lease_id = session_id")
    assert is_new
    assert await leases.renew(tab, LONG)
    assert await leases.lapsed(10) == []
    assert not await leases.settle(begun)
    await desk.run_out(tab)
    assert await leases.settle(begun)
    assert await desk.mail(ended) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_ENDED]


async def test_a_renewed_lease_does_not_run_out(desk: ChatShop, leases: ChatLeases) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    lease = a_lease()
    await leases.take(customer.session.session_id, lease, timedelta())
    await desk.run_out()
    assert await leases.renew(lease, LONG)
    assert not await leases.settle(chat)


async def test_a_lease_that_was_seen_to_run_out_cannot_be_renewed(
    desk: ChatShop, leases: ChatLeases
) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    lease = a_lease()
    await leases.take(customer.session.session_id, lease, LONG)
    await desk.run_out()
    assert await leases.settle(chat)
    assert not await leases.renew(lease, LONG)
    assert await leases.take(customer.session.session_id, lease, LONG) == chat


async def test_what_has_ended_has_no_connection_to_lose(desk: ChatShop, leases: ChatLeases) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.chat.chatting.end(customer.session, chat)
    await desk.run_out()
    assert not await leases.settle(chat)
    assert await leases.take(customer.session.session_id, a_lease(), LONG) is None
    assert await desk.mail(chat) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_ENDED]


async def test_a_chat_in_wrap_up_has_no_connection_to_lose(desk: ChatShop, leases: ChatLeases) -> None:
    _, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.project(chat, State.WRAP_UP, 1, ended_by="agent_ended")
    await desk.run_out()
    assert not await leases.settle(chat)


async def test_the_sweep_tells_the_dispatcher_and_forgets_leases_without_a_chat(desk: ChatShop) -> None:
    idle = await desk.customer()
    async with desk.chat.connections.held(idle.session):
        pass
    _, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.run_out()
    assert await desk.chat.connections.sweep() == 1
    row = await desk.database.one("SELECT count(*) AS number FROM chat_leases")
    assert row == {"number": 0}
    async with desk.shop.parts.dispatcher.running():
        await desk.shop.parts.dispatcher.idle()
    start, mail = desk.shop.conversations.deliveries[0]
    assert start.conversation_id == chat
    assert [item.kind for item in mail] == [MailKind.CHAT_STARTED, MailKind.CONNECTION_LOST]


async def test_a_message_is_a_sign_of_life(desk: ChatShop, leases: ChatLeases) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.run_out()
    await leases.settle(chat)
    await desk.says(customer.session, chat)
    told = await desk.mail(chat)
    assert told[-2:] == [MailKind.CUSTOMER_RETURNED, MailKind.CUSTOMER_WROTE]
    assert not await leases.settle(chat)


async def test_who_connects_while_somebody_sees_them_lost_waits_and_is_back(
    desk: ChatShop, leases: ChatLeases, database: Database
) -> None:
    customer, snapshot = await desk.chatting()
    chat = snapshot.conversation.conversation_id
    await desk.run_out()
    async with database.transaction():
        assert await leases.settle(chat)
        connecting = asyncio.create_task(leases.take(customer.session.session_id, a_lease(), LONG))
        while not (connecting.done() or await _somebody_waits(database)):
            await asyncio.sleep(0.01)
        assert not connecting.done()
    assert await connecting == chat
    assert (await desk.mail(chat))[-2:] == [MailKind.CONNECTION_LOST, MailKind.CUSTOMER_RETURNED]


async def _somebody_waits(database: Database) -> bool:
    row = await database.one("SELECT count(*) AS number FROM pg_locks WHERE NOT granted")
    return bool(row and row["number"])
