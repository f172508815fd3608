"""From the mailbox to the workflow: at least once, in order, whatever dies in between."""

import asyncio
from datetime import timedelta

from application.dispatch import Dispatcher
from domain.channels import ChannelName
from domain.conversations import MailKind, State
from domain.ports import CloseRequest
from storage.conversations import Conversations as ConversationList
from storage.mailbox import Mailbox
from tests.fakes import FakeConversations
from tests.shop import Shop

AT_ONCE = timedelta()
WINDOWS = {ChannelName.WHATSAPP: timedelta(hours=24)}


def a_dispatcher(shop: Shop, queue_limit: int = 100) -> Dispatcher:
    mailbox = Mailbox(shop.database)
    return Dispatcher(mailbox, shop.conversations, WINDOWS, queue_limit=queue_limit)


async def test_mail_reaches_its_conversation_with_all_a_workflow_needs(shop: Shop) -> None:
    conversation = await shop.hears()
    dispatcher = a_dispatcher(shop)
    dispatcher.ring(conversation.conversation_id)
    async with dispatcher.running(workers=2):
        await dispatcher.idle()
    [(start, items)] = shop.conversations.deliveries
    assert start.conversation_id == conversation.conversation_id
    assert start.service_window == timedelta(hours=24)
    assert start.queue_name == "Shop"
    assert [(item.position, item.kind) for item in items] == [(1, MailKind.CUSTOMER_WROTE)]
    assert await Mailbox(shop.database).depth() == 0


async def test_a_burst_of_one_customer_is_one_delivery_in_order(shop: Shop) -> None:
    dispatcher = a_dispatcher(shop)
    for _ in range(5):
        dispatcher.ring((await shop.hears()).conversation_id)
    async with dispatcher.running(workers=4):
        await dispatcher.idle()
    [(_, items)] = shop.conversations.deliveries
    assert [item.position for item in items] == [1, 2, 3, 4, 5]


async def test_mail_waits_while_a_webhook_is_answered_and_then_goes_together(shop: Shop) -> None:
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running(workers=4):
        with dispatcher.held():
            dispatcher.ring((await shop.hears()).conversation_id)
            await shop.hears()
        await dispatcher.idle()
    [(_, items)] = shop.conversations.deliveries
    assert len(items) == 2


async def test_mail_does_not_wait_for_ever(shop: Shop) -> None:
    dispatcher = a_dispatcher(shop)
    dispatcher.ring((await shop.hears()).conversation_id)
    async with dispatcher.running():
        with dispatcher.held():
            await dispatcher.idle()
            assert len(shop.conversations.deliveries) == 1


async def test_what_is_too_much_for_one_delivery_goes_in_several(shop: Shop) -> None:
    conversation = await shop.hears()
    await shop.database.execute(
        "INSERT INTO mailbox (conversation_id, position, kind, at)"
        " SELECT %(conversation_id)s, generate_series(2, 250), 'customer_wrote', now()",
        {"conversation_id": conversation.conversation_id},
    )
    dispatcher = a_dispatcher(shop)
    dispatcher.ring(conversation.conversation_id)
    async with dispatcher.running():
        await dispatcher.idle()
    positions = [[item.position for item in items] for _, items in shop.conversations.deliveries]
    assert [position for some in positions for position in some] == list(range(1, 251))
    assert [len(some) for some in positions] == [100, 100, 50]
    assert await Mailbox(shop.database).depth() == 0


async def test_mail_that_comes_during_a_delivery_follows_it(shop: Shop) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    class Slow(FakeConversations):
        async def deliver(self, start: object, mail: object) -> None:
            arrived.set()
            await go_on.wait()
            await super().deliver(start, mail)  # type: ignore[arg-type]

    shop.conversations = Slow()
    dispatcher = a_dispatcher(shop)
    dispatcher.ring((await shop.hears()).conversation_id)
    async with dispatcher.running(workers=4):
        await arrived.wait()
        dispatcher.ring((await shop.hears()).conversation_id)
        go_on.set()
        await dispatcher.idle()
    positions = [[item.position for item in items] for _, items in shop.conversations.deliveries]
    assert positions == [[1], [2]]


async def test_inv1_the_sweep_finds_what_a_dead_process_left(shop: Shop) -> None:
    conversation = await shop.hears()
    dispatcher = a_dispatcher(shop)  # nobody rang: the process that stored the message is gone
    async with dispatcher.running():
        assert await dispatcher.sweep(AT_ONCE) == 1
        await dispatcher.idle()
    assert [item.position for item in shop.conversations.handled[conversation.conversation_id]] == [1]


async def test_inv1_while_temporal_is_down_mail_stays_and_arrives_afterwards(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.is_down = True
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running():
        dispatcher.ring(conversation.conversation_id)
        await dispatcher.idle()
        assert await Mailbox(shop.database).depth() == 1
        shop.conversations.is_down = False
        await dispatcher.sweep(AT_ONCE)
        await dispatcher.idle()
    assert len(shop.conversations.handled[conversation.conversation_id]) == 1
    assert await Mailbox(shop.database).depth() == 0


async def test_inv2_a_process_that_dies_after_delivering_delivers_again_and_nothing_doubles(
    shop: Shop,
) -> None:
    conversation = await shop.hears()
    mailbox = Mailbox(shop.database)
    mail = await mailbox.pending(conversation.conversation_id)
    assert mail is not None
    dispatcher = a_dispatcher(shop)
    await shop.conversations.deliver(dispatcher._start(mail), mail.items)  # and dies: no discard
    async with dispatcher.running():
        await dispatcher.sweep(AT_ONCE)
        await dispatcher.idle()
    assert len(shop.conversations.deliveries) == 2
    assert [item.position for item in shop.conversations.handled[conversation.conversation_id]] == [1]


async def test_one_conversation_that_fails_does_not_hold_the_others(shop: Shop) -> None:
    stuck = await shop.hears()
    fine = await shop.hears_from("whatsapp:+4915199999999")
    shop.conversations.failing.add(stuck.conversation_id)
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running(workers=1):
        await dispatcher.sweep(AT_ONCE)
        await dispatcher.idle()
    assert list(shop.conversations.handled) == [fine.conversation_id]


async def test_two_processes_sweeping_together_do_no_harm(shop: Shop) -> None:
    conversation = await shop.hears()
    one, two = a_dispatcher(shop), a_dispatcher(shop)
    async with one.running(), two.running():
        await asyncio.gather(one.sweep(AT_ONCE), two.sweep(AT_ONCE))
        await asyncio.gather(one.idle(), two.idle())
    assert [item.position for item in shop.conversations.handled[conversation.conversation_id]] == [1]


async def test_a_full_queue_forgets_only_hints(shop: Shop) -> None:
    first = await shop.hears()
    second = await shop.hears_from("whatsapp:+4915199999999")
    dispatcher = a_dispatcher(shop, queue_limit=1)
    dispatcher.ring(first.conversation_id)
    dispatcher.ring(second.conversation_id)
    async with dispatcher.running():
        await dispatcher.idle()
        assert list(shop.conversations.handled) == [first.conversation_id]
        await dispatcher.sweep(AT_ONCE)
        await dispatcher.idle()
    assert set(shop.conversations.handled) == {first.conversation_id, second.conversation_id}


async def test_what_lies_in_a_closed_conversations_mailbox_starts_no_workflow(shop: Shop) -> None:
    conversation = await shop.hears()
    request = CloseRequest(
        conversation_id=conversation.conversation_id,
        handled=1,
        at=conversation.opened_at,
        reason="test",
    )
    assert await ConversationList(shop.database).close(request)
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running():
        await dispatcher.sweep(AT_ONCE)
        await dispatcher.idle()
    closed = await ConversationList(shop.database).get(conversation.conversation_id)
    assert closed.state is State.CLOSED
    assert shop.conversations.deliveries == []
    assert await Mailbox(shop.database).depth() == 0


async def test_stopping_finishes_what_is_queued(shop: Shop) -> None:
    conversation = await shop.hears()
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running():
        dispatcher.ring(conversation.conversation_id)
    assert conversation.conversation_id in shop.conversations.handled


async def test_an_unplanned_error_leaves_the_mail_and_the_workers_alive(shop: Shop) -> None:
    class Broken(FakeConversations):
        async def deliver(self, start: object, mail: object) -> None:
            self.asked += 1
            if self.asked == 1:
                raise ZeroDivisionError
            await super().deliver(start, mail)  # type: ignore[arg-type]

    shop.conversations = Broken()
    conversation = await shop.hears()
    dispatcher = a_dispatcher(shop)
    async with dispatcher.running(workers=1):
        dispatcher.ring(conversation.conversation_id)
        await dispatcher.idle()
        dispatcher.ring(conversation.conversation_id)
        await dispatcher.idle()
    assert conversation.conversation_id in shop.conversations.handled
