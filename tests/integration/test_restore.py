"""After a restore, or when a workflow was lost: positions count on, messages are handed over again."""

from datetime import timedelta

from domain.conversations import MailKind
from storage.conversations import Conversations
from storage.mailbox import Mailbox
from storage.messages import Messages
from tests.integration.house import House


async def test_running_conversations_get_mail_at_a_position_nobody_has_seen(house: House) -> None:
    received = await house.receive("SM-1")
    mailbox = Mailbox(house.db)
    await mailbox.discard(received.conversation_id, 1)
    assert await mailbox.count_on() == 1
    pending = await mailbox.pending(received.conversation_id)
    assert pending is not None
    assert [(mail.kind, mail.position > 1_000_000) for mail in pending.items] == [
        (MailKind.RESTORED, True)
    ]


async def test_one_conversation_can_be_chosen(house: House) -> None:
    first = await house.receive("SM-1")
    await house.receive("SM-2", "whatsapp:+4915100000002")
    assert await Mailbox(house.db).count_on(first.conversation_id) == 1


async def test_what_is_still_to_leave_is_handed_over_again(house: House) -> None:
    received = await house.receive("SM-1")
    message_id = await house.answer(received.conversation_id)
    messages = Messages(house.db)
    await messages.handed_over(message_id)
    assert await messages.unconfirmed(timedelta(0), 10) == []
    assert await Conversations(house.db).reclaim(received.conversation_id) == 1
    [again] = await messages.unconfirmed(timedelta(0), 10)
    assert again.message_id == message_id
