"""Intake on a real PostgreSQL: nothing lost, nothing twice, one conversation, in order."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.conversations import State
from domain.ids import new_id
from domain.messages import Media, MediaItem, MediaState, Sender, Text
from domain.ports import CloseRequest
from storage.consents import Consents
from storage.conversations import Conversations
from storage.intake import ENDPOINT_KEPT_FOR, EndpointGone, Intake, as_parameters
from storage.mailbox import Mailbox
from storage.media import MediaFiles, Stored
from storage.messages import Messages
from storage.queues import Queues
from tests.integration.house import DAY, SOMEBODY, House, a_message, a_queue, now

ANNA = "whatsapp:+4915100001"
RUNNING = "SELECT count(*) FROM conversations WHERE state <> 'closed'"


async def test_a_first_message_opens_a_conversation_in_the_fallback_queue(house: House) -> None:
    received = await house.receive(
        "SM1", Sender(address=ANNA, display_name="Anna", phone="+4915100001")
    )

    view = await Conversations(house.db).get(received.conversation_id)
    assert (received.is_new, received.opened) == (True, True)
    assert (view.state, view.queue_id, view.queue_name) == (State.OPEN, house.queue.queue_id, "Support")
    assert (view.contact.display_name, view.contact.phone, view.contact.address) == (
        "Anna",
        "+4915100001",
        ANNA,
    )
    assert view.last_message is not None
    assert view.last_message.content == Text(text="text of SM1")
    assert view.window_expires_at == view.last_inbound_at + DAY


async def test_the_second_message_joins_the_running_conversation(house: House) -> None:
    first = await house.receive("SM1")
    second = await house.receive("SM2")

    assert second.conversation_id == first.conversation_id
    assert (second.is_new, second.opened) == (True, False)
    transcript = await Messages(house.db).transcript(first.conversation_id)
    assert [(line.seq, line.message_id) for line in transcript] == [
        (1, first.message_id),
        (2, second.message_id),
    ]


async def test_inv4_the_window_counts_from_when_the_customer_wrote(house: House) -> None:
    wrote_at = now() - timedelta(hours=5)
    first = await house.receive("SM1", sent_at=wrote_at)

    view = await Conversations(house.db).get(first.conversation_id)
    assert (view.last_inbound_at, view.window_expires_at) == (wrote_at, wrote_at + DAY)
    mail = await Mailbox(house.db).pending(first.conversation_id)
    assert mail is not None
    assert [each.wrote_at for each in mail.items] == [wrote_at]
    assert mail.items[0].at > wrote_at

    later = now() - timedelta(hours=1)
    await house.receive("SM3", sent_at=later)
    await house.receive("SM2", sent_at=wrote_at + timedelta(hours=1))
    view = await Conversations(house.db).get(first.conversation_id)
    assert (view.last_inbound_at, view.window_expires_at) == (later, later + DAY)


async def test_inv4_a_clock_that_is_ahead_lengthens_no_window(house: House) -> None:
    received = await house.receive("SM1", sent_at=now() + timedelta(hours=1))

    view = await Conversations(house.db).get(received.conversation_id)
    assert view.last_inbound_at <= now()
    assert view.window_expires_at == view.last_inbound_at + DAY
    mail = await Mailbox(house.db).pending(received.conversation_id)
    assert mail is not None
    assert mail.items[0].wrote_at is None


async def test_inv4_a_message_that_is_found_late_opens_no_window_that_the_provider_has_shut(
    house: House,
) -> None:
    received = await house.receive("SM1")
    shut = now() - timedelta(minutes=1)
    await house.db.execute("UPDATE conversations SET window_expires_at = %(shut)s", {"shut": shut})
    await house.receive("SM0", sent_at=now() - timedelta(hours=5))

    view = await Conversations(house.db).get(received.conversation_id)
    assert view.window_expires_at == shut
    await house.receive("SM2")
    view = await Conversations(house.db).get(received.conversation_id)
    assert view.window_expires_at == view.last_inbound_at + DAY


async def test_inv2_a_duplicate_changes_nothing_and_gets_the_first_answer(house: House) -> None:
    first = await house.receive("SM1")
    before = await house.value("SELECT (c.*)::text FROM conversations c")

    again = await house.receive("SM1", content=Text(text="something else"))

    assert (again.conversation_id, again.message_id) == (first.conversation_id, first.message_id)
    assert (again.is_new, again.opened) == (False, False)
    assert await house.value("SELECT (c.*)::text FROM conversations c") == before
    assert await house.value("SELECT count(*) FROM messages") == 1
    assert await house.value("SELECT count(*) FROM mailbox") == 1
    assert await house.value("SELECT count(*) FROM conversation_events") == 1


async def test_inv2_a_duplicate_of_a_closed_conversation_opens_no_new_one(house: House) -> None:
    first = await house.receive("SM1")
    await _close(house, first.conversation_id, handled=1)

    again = await house.receive("SM1")

    assert again.conversation_id == first.conversation_id
    assert await house.value(RUNNING) == 0


async def test_a_message_after_closing_opens_a_new_conversation_of_the_same_contact(
    house: House,
) -> None:
    first = await house.receive("SM1")
    await _close(house, first.conversation_id, handled=1)

    second = await house.receive("SM2")

    assert second.opened
    assert second.conversation_id != first.conversation_id
    assert await house.value("SELECT count(*) FROM contacts") == 1


async def test_inv2_a_storm_of_duplicates_is_one_message(house: House) -> None:
    received = await asyncio.gather(*(house.receive("SM1") for _ in range(30)))

    assert len({one.message_id for one in received}) == 1
    assert sum(one.is_new for one in received) == 1
    assert await house.value("SELECT count(*) FROM messages") == 1
    assert await house.value("SELECT mailbox_seq FROM conversations") == 1


async def test_inv2_the_same_message_over_two_addresses_at_once_is_one_message(house: House) -> None:
    async with house.db.transaction():
        first = await house.receive("SM1", "whatsapp:+1")
        racing = asyncio.create_task(house.receive("SM1", "whatsapp:+2"))
        await house.until_waiting()
    second = await racing

    assert (second.message_id, second.is_new) == (first.message_id, False)
    assert await house.value(RUNNING) == 1


async def test_inv6_fifty_first_messages_of_ten_customers_are_ten_conversations(house: House) -> None:
    received = await asyncio.gather(
        *(
            house.receive(f"SM{customer}-{n}", f"whatsapp:+{customer}")
            for n in range(5)
            for customer in range(10)
        )
    )

    assert len({one.conversation_id for one in received}) == 10
    assert sum(one.opened for one in received) == 10
    for conversation_id in {one.conversation_id for one in received}:
        transcript = await Messages(house.db).transcript(conversation_id)
        assert [line.seq for line in transcript] == [1, 2, 3, 4, 5]
        assert [line.at for line in transcript] == sorted(line.at for line in transcript)
        mail = await Mailbox(house.db).pending(conversation_id)
        assert mail is not None
        assert [item.position for item in mail.items] == [1, 2, 3, 4, 5]
        assert [item.message_id for item in mail.items] == [line.message_id for line in transcript]


async def test_inv6_customers_who_come_back_all_at_once_get_one_conversation_each(house: House) -> None:
    for customer in range(5):
        earlier = await house.receive(f"SM{customer}", f"whatsapp:+{customer}")
        await _close(house, earlier.conversation_id, handled=1)

    everything = [(n, customer) for n in range(6) for customer in range(5)]
    received = await asyncio.gather(
        *(house.receive(f"SM{customer}-{n}", f"whatsapp:+{customer}") for n, customer in everything)
    )

    assert sum(one.opened for one in received) == 5
    assert len({one.conversation_id for one in received}) == 5


@pytest.mark.parametrize("attempt", range(5))
async def test_inv1_a_message_that_races_a_close_is_never_lost(house: House, attempt: int) -> None:
    first = await house.receive("SM1")

    closed, second = await asyncio.gather(
        _close(house, first.conversation_id, handled=1), house.receive("SM2")
    )

    assert second.is_new
    assert second.opened == closed
    assert await house.value("SELECT state FROM conversations ORDER BY conversation_id DESC") == "open"


async def test_inv1_a_message_that_waits_for_a_close_opens_a_new_conversation(house: House) -> None:
    first = await house.receive("SM1")
    async with house.db.transaction():
        assert await _close(house, first.conversation_id, handled=1)
        racing = asyncio.create_task(house.receive("SM2"))
        await house.until_waiting()
    second = await racing

    assert second.opened
    assert second.conversation_id != first.conversation_id


async def test_inv1_a_close_that_waits_for_a_message_does_not_happen(house: House) -> None:
    first = await house.receive("SM1")
    async with house.db.transaction():
        second = await house.receive("SM2")
        closing = asyncio.create_task(_close(house, first.conversation_id, handled=1))
        await house.until_waiting()

    assert not await closing
    assert second.conversation_id == first.conversation_id


async def test_inv1_a_conversation_with_unseen_mail_does_not_close(house: House) -> None:
    first = await house.receive("SM1")
    await house.receive("SM2")

    assert not await _close(house, first.conversation_id, handled=1)
    assert await _close(house, first.conversation_id, handled=2)


async def test_a_message_that_waits_for_a_change_of_its_conversation_joins_it(house: House) -> None:
    first = await house.receive("SM1")
    async with house.db.transaction():
        await house.db.execute("UPDATE conversations SET state = 'active'")
        racing = asyncio.create_task(house.receive("SM2"))
        await house.until_waiting()
    second = await racing

    assert (second.conversation_id, second.is_new, second.opened) == (
        first.conversation_id,
        True,
        False,
    )
    assert await house.value("SELECT state || last_seq FROM conversations") == "active2"


async def test_inv2_a_message_that_waited_is_no_older_than_those_before_it(house: House) -> None:
    first = await house.receive("SM1")
    async with house.db.transaction():
        await house.receive("SM2", Sender(address=SOMEBODY, display_name="New"))
        racing = asyncio.create_task(house.receive("SM4"))
        await house.until_waiting()
        await house.receive("SM3", Sender(address=SOMEBODY, display_name="Newer"))
    await racing

    transcript = await Messages(house.db).transcript(first.conversation_id)
    assert [line.content for line in transcript] == [Text(text=f"text of SM{n}") for n in range(1, 5)]
    assert [line.at for line in transcript] == sorted(line.at for line in transcript)


async def test_a_known_sender_in_a_running_conversation_costs_one_statement(house: House) -> None:
    intake = Intake(house.db)
    anna = Sender(address=ANNA, phone="+4915100001", display_name="Anna", other_ids={"wa_id": "49"})
    first = await intake.receive(house.front, a_message("SM1", anna), DAY)

    kept = await intake._keep({**as_parameters(house.front, a_message("SM2", anna)), "window": DAY})

    assert kept is not None
    assert kept.conversation_id == first.conversation_id


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "+4915100002"},
        {"display_name": "Anna B."},
        {"other_ids": {"external_user_id": "DE.1"}},
    ],
)
async def test_whatever_is_new_about_a_sender_is_noted(house: House, change: dict[str, Any]) -> None:
    anna = Sender(address=ANNA, phone="+4915100001", display_name="Anna")
    await house.receive("SM1", anna)
    await house.receive("SM2", anna.model_copy(update=change))

    row = await house.db.one(
        "SELECT a.phone, a.other_ids, c.display_name"
        " FROM addresses a JOIN contacts c USING (contact_id)"
    )
    expected: dict[str, object] = {
        "phone": anna.phone,
        "display_name": anna.display_name,
        "other_ids": {},
    }
    assert row == {**expected, **change}


async def test_a_conversation_starts_where_its_endpoint_belongs_now(house: House) -> None:
    intake = Intake(house.db)
    front = await intake.endpoint(house.account.account_id, house.endpoint.address)
    assert front is not None
    sales = await Queues(house.db).create(a_queue("Sales"))
    await house.db.execute(
        "UPDATE workstreams SET fallback_queue_id = %(queue_id)s", {"queue_id": sales.queue_id}
    )

    received = await intake.receive(front, a_message("SM1"), DAY)

    view = await Conversations(house.db).get(received.conversation_id)
    assert view.queue_id == sales.queue_id


async def test_an_endpoint_that_was_removed_is_forgotten_within_seconds(house: House) -> None:
    intake, moment = Intake(house.db), [0.0]
    intake._endpoints.clock = lambda: moment[0]
    where = (house.account.account_id, house.endpoint.address)
    assert await intake.endpoint(*where) is not None
    await house.db.execute("UPDATE endpoints SET deleted_at = now()")

    moment[0] += ENDPOINT_KEPT_FOR.total_seconds()
    assert await intake.endpoint(*where) is None


async def test_nul_characters_and_lone_surrogates_do_not_lose_a_message(house: House) -> None:
    odd = Sender(address="whatsapp:+1\x00", display_name="An\x00na \ud83d")
    received = await house.receive(
        "SM\x00", odd, content=Text(text="a\x00b\ud800c"), details={"k\x00": "\x00"}
    )

    view = await Messages(house.db).get(received.message_id)
    assert view.content == Text(text="a\ufffdb?c")


async def test_a_reply_points_to_the_message_it_quotes_whoever_wrote_that(house: House) -> None:
    first = await house.receive("SM1")
    second = await house.receive("SM2", reply_to="SM1")
    unknown = await house.receive("SM3", reply_to="SM-before-our-time")

    messages = Messages(house.db)
    assert (await messages.get(second.message_id)).reply_to == first.message_id
    assert (await messages.get(unknown.message_id)).reply_to is None


async def test_files_come_with_the_message_and_their_address_stays_inside(house: House) -> None:
    items = tuple(
        MediaItem(media_id=new_id(), mime_type="image/jpeg", source_url=f"https://provider.test/{n}")
        for n in range(2)
    )
    received = await house.receive("SM1", content=Media(items=items, caption="look"))

    content = (await Messages(house.db).get(received.message_id)).content
    assert isinstance(content, Media)
    assert content.caption == "look"
    assert [item.media_id for item in content.items] == [item.media_id for item in items]
    assert {item.source_url for item in content.items} == {None}
    assert await MediaFiles(house.db).pending(received.message_id) == list(items)
    mail = await Mailbox(house.db).pending(received.conversation_id)
    assert mail is not None
    assert mail.items[0].has_media


async def test_a_file_is_seen_in_the_transcript_as_it_is_now(house: House) -> None:
    item = MediaItem(media_id=new_id(), mime_type="image/jpeg", source_url="https://provider.test/1")
    received = await house.receive("SM1", content=Media(items=(item,)))
    files = MediaFiles(house.db)

    stored = Stored(size=3, mime_type="image/png", file_name="a.png", sha256=b"x" * 32)
    await files.stored(item.media_id, stored)
    await files.failed(item.media_id, "too late: it is stored already")

    content = (await Messages(house.db).get(received.message_id)).content
    assert isinstance(content, Media)
    assert (content.items[0].state, content.items[0].mime_type) == (MediaState.STORED, "image/png")
    assert await files.pending(received.message_id) == []


async def test_somebody_who_comes_back_under_a_username_is_recognised(house: House) -> None:
    await house.receive("SM1", Sender(address=ANNA, phone="+4915100001", other_ids={"bsuid": "DE.1"}))
    await house.receive("SM2", Sender(address="whatsapp:DE.1", other_ids={"bsuid": "DE.1"}))
    await house.receive("SM3", Sender(address="whatsapp:DE.2", other_ids={"bsuid": "DE.2"}))

    assert await house.value("SELECT count(*) FROM addresses") == 3
    assert await house.value("SELECT count(*) FROM contacts") == 2
    assert (
        await house.value(
            "SELECT count(DISTINCT contact_id) FROM addresses WHERE value <> 'whatsapp:DE.2'"
        )
        == 1
    )


async def test_a_name_that_changed_is_refreshed_and_one_that_is_missing_is_kept(house: House) -> None:
    received = await house.receive("SM1", Sender(address=ANNA, display_name="Anna"))
    await house.receive("SM2", Sender(address=ANNA, display_name="Anna B."))
    await house.receive("SM3", Sender(address=ANNA))

    view = await Conversations(house.db).get(received.conversation_id)
    assert view.contact.display_name == "Anna B."


async def test_writing_again_ends_an_opt_out(house: House) -> None:
    received = await house.receive("SM1")
    await Consents(house.db).refused(received.conversation_id)

    await house.receive("SM2")

    view = await Conversations(house.db).get(received.conversation_id)
    assert view.contact.opted_out_at is None


async def test_an_endpoint_is_found_by_its_address_within_its_account_only(house: House) -> None:
    intake = Intake(house.db)
    assert await intake.endpoint(house.account.account_id, "whatsapp:+0") is None
    assert await intake.endpoint(new_id(), house.endpoint.address) is None


async def test_an_endpoint_that_was_just_removed_opens_no_conversation(house: House) -> None:
    intake, address = Intake(house.db), house.endpoint.address
    front = await intake.endpoint(house.account.account_id, address)
    assert front is not None
    await house.db.execute("UPDATE endpoints SET deleted_at = now()")

    with pytest.raises(EndpointGone):
        await intake.receive(front, a_message("SM1"), DAY)

    assert await intake.endpoint(house.account.account_id, address) is None
    assert await house.value("SELECT count(*) FROM addresses") == 0


async def test_a_conversation_opens_after_or_not_at_all_while_its_endpoint_is_removed(
    house: House,
) -> None:
    async with house.db.transaction():
        await house.db.execute("SELECT 1 FROM endpoints FOR UPDATE")
        arriving = asyncio.create_task(house.receive("SM1"))
        await house.until_waiting()
        await house.db.execute("UPDATE endpoints SET deleted_at = now()")

    with pytest.raises(EndpointGone):
        await arriving


async def test_without_a_service_window_none_is_stored(house: House) -> None:
    received = await Intake(house.db).receive(house.front, a_message("SM1"), None)
    view = await Conversations(house.db).get(received.conversation_id)
    assert view.window_expires_at is None


async def test_stranded_mail_is_found_oldest_first_and_gone_once_discarded(house: House) -> None:
    first = await house.receive("SM1", "whatsapp:+1")
    second = await house.receive("SM2", "whatsapp:+2")
    mailbox = Mailbox(house.db)

    assert await mailbox.stranded(timedelta(), 10) == [first.conversation_id, second.conversation_id]
    assert await mailbox.stranded(timedelta(minutes=1), 10) == []
    assert await mailbox.depth() == 2
    assert await mailbox.oldest_age() > timedelta()
    assert await mailbox.discard(first.conversation_id, 1) == 1
    assert await mailbox.stranded(timedelta(), 10) == [second.conversation_id]
    assert await mailbox.pending(first.conversation_id) is None


async def _close(house: House, conversation_id: object, handled: int) -> bool:
    request = CloseRequest.model_validate(
        {"conversation_id": conversation_id, "handled": handled, "at": now(), "reason": "auto_close"}
    )
    return await Conversations(house.db).close(request)
