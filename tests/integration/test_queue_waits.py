"""Who waits in a queue, for how long, and how long others waited, on a real PostgreSQL."""

from datetime import UTC, datetime

from domain.conversations import State
from domain.ids import ConversationId
from domain.ports import Projection
from storage.projections import Projections
from storage.queue_list import ListedQueue, QueueList
from tests.integration.house import House

AGE = """
    UPDATE conversations
    SET opened_at = now() - %(minutes)s * interval '1 minute', state_changed_at = opened_at,
        last_inbound_at = now() - %(minutes)s * interval '1 minute'
    WHERE conversation_id = %(conversation_id)s
"""


async def waiting(house: House, number: int, minutes: int) -> ConversationId:
    """Somebody who has waited for so long."""
    received = await house.receive(f"SM{number}", f"whatsapp:+4915{number}")
    which = {"conversation_id": received.conversation_id, "minutes": minutes}
    await house.db.execute(AGE, which)
    return received.conversation_id


async def taken(house: House, conversation_id: ConversationId, revision: int = 1) -> None:
    projection = Projection(
        conversation_id=conversation_id,
        revision=revision,
        state=State.ACTIVE,
        at=datetime.now(UTC),
        agent_id=house.alice.agent_id,
    )
    await Projections(house.db).project(projection)


async def listed(house: House) -> ListedQueue:
    [queue], _ = await QueueList(house.db).listing(house.alice.agent_id, None, 10)
    return queue


async def test_what_waits_is_counted_and_what_was_taken_says_how_long_it_takes(house: House) -> None:
    assert (await listed(house)).average_wait_seconds is None
    first, second, *_ = [await waiting(house, number, minutes=number) for number in (2, 4, 6, 8)]
    await taken(house, first)
    await taken(house, second)

    queue = await listed(house)

    assert (queue.is_member, queue.members, queue.waiting) == (True, 1, 2)
    assert queue.average_wait_seconds is not None
    assert abs(queue.average_wait_seconds - 180) < 30
    assert queue.longest_wait_seconds is not None
    assert abs(queue.longest_wait_seconds - 480) < 30


async def test_the_first_agent_ends_the_wait_and_a_later_one_does_not(house: House) -> None:
    conversation_id = await waiting(house, 1, minutes=5)
    await taken(house, conversation_id)
    before = await house.value("SELECT accepted_at FROM conversations")
    await taken(house, conversation_id, revision=2)
    assert await house.value("SELECT accepted_at FROM conversations") == before
