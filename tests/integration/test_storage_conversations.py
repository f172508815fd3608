"""The read model on a real PostgreSQL: newer wins, closed is final, people see what is theirs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.conversations import State
from domain.effects import Trigger
from domain.errors import Conflict, ConversationClosed, InvalidInput, NotFound, Refused
from domain.ids import ConversationId, new_id
from domain.messages import AuthorKind, DeliveryStatus, Media, MediaItem, MediaState, Text
from domain.ports import CloseRequest, Projection
from domain.timers import TimerPolicy
from storage.conversations import Conversations, Viewer
from storage.media import MediaFiles, MediaRow
from storage.messages import Messages, NewOutbound
from storage.notes import Notes
from storage.retention import RetentionStore
from storage.workstreams import Workstreams
from tests.integration.house import House, now

EVERYBODY = Viewer(sees_all=True)


def a_projection(conversation_id: ConversationId, revision: int, **override: Any) -> Projection:
    values = {
        "conversation_id": conversation_id,
        "revision": revision,
        "state": State.OPEN,
        "at": now(),
    }
    return Projection(**values | override)


def a_close(conversation_id: ConversationId, handled: int = 1) -> CloseRequest:
    return CloseRequest(
        conversation_id=conversation_id, handled=handled, at=now(), reason="agent_ended"
    )


async def opened(house: House, number: int = 1) -> ConversationId:
    return (await house.receive(f"SM{number}", f"whatsapp:+{number}")).conversation_id


async def test_an_older_projection_never_overwrites_a_newer_one(house: House) -> None:
    conversation_id, conversations = await opened(house), Conversations(house.db)
    alice = house.alice.agent_id
    await conversations.project(
        a_projection(conversation_id, 2, state=State.ACTIVE, agent_id=alice, holds_capacity=True)
    )
    await conversations.project(a_projection(conversation_id, 1))

    view = await conversations.get(conversation_id)
    assert (view.state, view.agent_id, view.agent_name) == (State.ACTIVE, alice, "Alice")


async def test_repeating_a_projection_announces_nothing_twice(house: House) -> None:
    conversation_id, conversations = await opened(house), Conversations(house.db)
    projection = a_projection(conversation_id, 1, announcements=(Trigger.CONVERSATION_OPENED,))
    await asyncio.gather(*(conversations.project(projection) for _ in range(4)))

    assert await house.value("SELECT count(*) FROM conversation_events WHERE type = 'announced'") == 1
    assert await house.value(
        "SELECT data ->> 'trigger' FROM conversation_events WHERE type = 'announced'"
    ) == ("conversation_opened")


async def test_only_closing_closes_and_closed_is_final(house: House) -> None:
    conversation_id, conversations = await opened(house), Conversations(house.db)
    await conversations.project(a_projection(conversation_id, 1, state=State.CLOSED))
    assert (await conversations.get(conversation_id)).state is State.OPEN

    request = a_close(conversation_id)
    assert await conversations.close(request)
    assert await conversations.close(request)
    await conversations.project(
        a_projection(conversation_id, 2, state=State.ACTIVE, agent_id=house.alice.agent_id)
    )

    view = await conversations.get(conversation_id)
    assert (view.state, view.close_reason, view.agent_id) == (State.CLOSED, "agent_ended", None)


async def test_inv7_a_closed_conversation_holds_nobodys_capacity(house: House) -> None:
    conversation_id, conversations = await opened(house), Conversations(house.db)
    alice = house.alice.agent_id
    await conversations.project(
        a_projection(conversation_id, 1, state=State.ACTIVE, agent_id=alice, holds_capacity=True)
    )
    await conversations.close(a_close(conversation_id))

    assert await house.value("SELECT holds_capacity FROM conversations") is False


async def test_closes_that_race_all_say_that_it_is_closed(house: House) -> None:
    conversation_id = await opened(house)
    request = a_close(conversation_id)

    assert all(await asyncio.gather(*(Conversations(house.db).close(request) for _ in range(6))))
    assert (
        await house.value(
            "SELECT count(*) FROM conversation_events WHERE type = 'conversation_changed'"
        )
        == 1
    )


async def test_an_unknown_conversation_is_neither_projected_nor_closed(house: House) -> None:
    conversations = Conversations(house.db)
    with pytest.raises(NotFound):
        await conversations.project(a_projection(new_id(), 1))
    with pytest.raises(NotFound):
        await conversations.close(a_close(new_id()))


async def test_parked_replies_are_settled_with_the_projection_that_decided_it(house: House) -> None:
    conversation_id = await opened(house)
    parked: dict[str, Any] = {
        "status": DeliveryStatus.PARKED,
        "parked_until": now() + timedelta(days=7),
    }
    first = await house.answer(conversation_id, **parked)
    second = await house.answer(conversation_id, **parked)
    fates = {first: DeliveryStatus.QUEUED, second: DeliveryStatus.EXPIRED}

    await Conversations(house.db).project(a_projection(conversation_id, 1, settled=fates))

    transcript = await Messages(house.db).transcript(conversation_id, after_seq=1)
    assert [line.delivery.status for line in transcript if line.delivery] == list(fates.values())


async def test_inv12_timers_are_those_of_the_workstream_now(house: House) -> None:
    conversation_id, conversations = await opened(house), Conversations(house.db)
    assert await conversations.timer_policy(conversation_id) == TimerPolicy()

    policy = TimerPolicy(wrap_up_close=timedelta(minutes=7), parked_reply=timedelta(days=2))
    changed = house.workstream.model_copy(update={"timers": policy})
    await Workstreams(house.db).update(changed, expected_version=1)

    assert await conversations.timer_policy(conversation_id) == policy


async def test_an_agent_sees_their_queues_and_their_own_conversations_only(house: House) -> None:
    conversations = Conversations(house.db)
    first, second = await opened(house, 1), await opened(house, 2)
    bob = Viewer(agent_id=house.bob.agent_id)
    alice = Viewer(agent_id=house.alice.agent_id)
    await conversations.project(
        a_projection(second, 1, state=State.ACTIVE, agent_id=house.bob.agent_id)
    )

    assert await ids(conversations, EVERYBODY) == [second, first]
    assert await ids(conversations, alice) == [second, first]
    assert await ids(conversations, bob) == [second]
    assert await ids(conversations, alice, mine=True) == []
    assert await ids(conversations, bob, mine=True) == [second]
    assert await ids(conversations, Viewer()) == []
    with pytest.raises(NotFound):
        await conversations.get(first, bob)
    assert (await conversations.get(second, bob)).conversation_id == second


async def test_lists_can_be_filtered_by_state_and_queue(house: House) -> None:
    conversations = Conversations(house.db)
    first, second = await opened(house, 1), await opened(house, 2)
    await conversations.close(a_close(first))

    assert await ids(conversations, EVERYBODY) == [second]
    assert await ids(conversations, EVERYBODY, states=(State.CLOSED,)) == [first]
    assert await ids(conversations, EVERYBODY, states=(State.CLOSED, State.OPEN)) == [second, first]
    assert await ids(conversations, EVERYBODY, states=(State.ACTIVE,)) == []
    assert await ids(conversations, EVERYBODY, queue_id=house.queue.queue_id) == [second]
    assert await ids(conversations, EVERYBODY, queue_id=new_id()) == []


async def test_pages_follow_each_other_without_gap_or_overlap(house: House) -> None:
    conversations = Conversations(house.db)
    expected = [await opened(house, number) for number in range(5)][::-1]
    found, cursor = await conversations.listing(EVERYBODY, limit=2)
    for _ in range(2):
        page, cursor = await conversations.listing(EVERYBODY, limit=2, cursor=cursor)
        found += page

    assert [view.conversation_id for view in found] == expected
    assert cursor is None
    with pytest.raises(InvalidInput):
        await conversations.listing(EVERYBODY, cursor="'; DROP TABLE conversations")


async def test_an_answer_gets_the_next_place_in_the_transcript_and_is_kept_once(house: House) -> None:
    conversation_id, messages = await opened(house), Messages(house.db)
    answer = NewOutbound(
        message_id=new_id(),
        conversation_id=conversation_id,
        author=AuthorKind.AGENT,
        author_id=house.alice.agent_id,
        content=Text(text="Hello"),
    )
    first, again = await messages.add_outbound(answer), await messages.add_outbound(answer)

    assert first == again
    assert (first.seq, first.delivery and first.delivery.status) == (2, DeliveryStatus.QUEUED)
    other = answer.model_copy(update={"conversation_id": await opened(house, 2)})
    with pytest.raises(Conflict):
        await messages.add_outbound(other)


async def test_answers_that_race_each_get_a_place_of_their_own(house: House) -> None:
    conversation_id = await opened(house)
    await asyncio.gather(*(house.answer(conversation_id) for _ in range(8)))
    transcript = await Messages(house.db).transcript(conversation_id)
    assert [line.seq for line in transcript] == list(range(1, 10))


async def test_a_closed_conversation_takes_no_answer(house: House) -> None:
    conversation_id = await opened(house)
    await Conversations(house.db).close(a_close(conversation_id))
    with pytest.raises(ConversationClosed):
        await house.answer(conversation_id)
    with pytest.raises(NotFound):
        await house.answer(new_id())


async def test_an_answer_that_was_refused_is_as_if_it_had_never_been(house: House) -> None:
    conversation_id, messages = await opened(house), Messages(house.db)
    message_id = await house.answer(conversation_id)

    assert await messages.take_back(message_id)
    assert not await messages.take_back(message_id)

    assert len(await messages.transcript(conversation_id)) == 1
    assert await house.value("SELECT count(*) FROM deliveries") == 0


async def test_an_answer_that_was_handed_over_is_not_taken_back(house: House) -> None:
    messages, message_id = Messages(house.db), await house.answer(await opened(house))
    await messages.handed_over(message_id)
    assert not await messages.take_back(message_id)
    assert (await messages.get(message_id)).message_id == message_id


async def test_answers_whose_handing_over_is_unconfirmed_are_found_in_order(house: House) -> None:
    conversation_id, messages = await opened(house), Messages(house.db)
    first = await house.answer(conversation_id)
    second = await house.answer(
        conversation_id, status=DeliveryStatus.PARKED, parked_until=now() + timedelta(days=1)
    )

    found = await messages.unconfirmed(timedelta(), 10)
    assert [one.message_id for one in found] == [first, second]
    assert [one.parked_until is None for one in found] == [True, False]
    assert await messages.unconfirmed(timedelta(minutes=1), 10) == []
    assert await messages.has_unconfirmed_before(second)
    await messages.handed_over(first)
    assert not await messages.has_unconfirmed_before(second)
    assert [one.message_id for one in await messages.unconfirmed(timedelta(), 10)] == [second]


async def test_a_file_is_uploaded_first_and_sent_once(house: House) -> None:
    conversation_id, files = await opened(house), MediaFiles(house.db)
    upload = MediaRow(
        media_id=new_id(),
        conversation_id=conversation_id,
        mime_type="image/png",
        file_name="a.png",
        size=3,
        state=MediaState.STORED,
    )
    await files.add_upload(upload, b"x" * 32)
    content = Media(items=(MediaItem(media_id=upload.media_id, mime_type="image/png"),))
    message_id = await house.answer(conversation_id, content)

    assert (await files.get(upload.media_id)).message_id == message_id
    with pytest.raises(InvalidInput):
        await house.answer(conversation_id, content)
    await Messages(house.db).take_back(message_id)
    assert (await files.get(upload.media_id)).message_id is None


async def test_notes_are_listed_in_order(house: House) -> None:
    conversation_id, notes = await opened(house), Notes(house.db)
    written = [await notes.add(conversation_id, house.alice.agent_id, f"note {n}") for n in range(3)]

    page, cursor = await notes.listing(conversation_id, None, 2)
    rest, end = await notes.listing(conversation_id, cursor, 2)

    assert page + rest == written
    assert end is None


async def test_an_emptied_conversation_takes_no_notes(house: House) -> None:
    conversation_id, notes = await opened(house), Notes(house.db)
    await house.db.execute("UPDATE conversations SET emptied_at = now()")
    with pytest.raises(Refused, match="erased"):
        await notes.add(conversation_id, house.alice.agent_id, "too late")
    assert await house.value("SELECT count(*) FROM notes") == 0


async def test_nobody_notes_anything_about_who_is_erased(house: House) -> None:
    conversation_id, notes = await opened(house), Notes(house.db)
    await house.db.execute("UPDATE contacts SET erased_at = now()")
    with pytest.raises(Refused, match="erased"):
        await notes.add(conversation_id, house.alice.agent_id, "too late")


async def test_a_note_that_comes_while_its_conversation_is_emptied_is_not_forgotten(
    house: House,
) -> None:
    conversation_id, notes = await opened(house), Notes(house.db)
    async with house.db.transaction():
        await notes.add(conversation_id, house.alice.agent_id, "just in time")
        emptied = asyncio.create_task(RetentionStore(house.db).emptied([conversation_id]))
        await house.until_waiting()
    await emptied
    assert await house.value("SELECT count(*) FROM conversations WHERE emptied_at IS NULL") == 1


async def ids(conversations: Conversations, viewer: Viewer, **which: Any) -> list[ConversationId]:
    views, _ = await conversations.listing(viewer, **which)
    return [view.conversation_id for view in views]
