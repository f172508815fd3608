"""A person is erased: nothing of them is left anywhere, and everything else is as it was."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest

from application.identity_hashes import IdentityHashes
from domain.commands import ForceClose
from domain.erasure import ErasureState
from domain.errors import NotFound, Unavailable
from domain.ids import new_id
from domain.messages import DeliveryStatus, DownloadedMedia, Media, MediaItem
from domain.ports import Settled
from storage.blobs import Part
from storage.contacts import Contacts
from storage.database import Database
from storage.erasures import Erasures
from storage.messages import Messages
from storage.outbox import Outbox
from tests.fakes import FakeChannel, FakeConversations
from tests.persons import (
    ALICE,
    BARE,
    BOB,
    HASHES,
    NEIGHBOUR,
    PHONE,
    TRACES,
    USER_ID,
    StumblingDatabase,
    Traces,
    an_eraser,
    erase,
    everything_in,
    insistently,
    requested,
    traces,
)
from tests.shop import Shop, a_message, a_webhook


async def test_nothing_is_left_of_a_person(left: Traces) -> None:
    before = await everything_in(left.shop.database)
    assert all(trace in str(before) for trace in TRACES)

    assert await erase(an_eraser(left), await requested(left)) == 0

    after = await everything_in(left.shop.database)
    found = {name: [each for each in TRACES if each in text] for name, text in after.items()}
    assert {name: each for name, each in found.items() if each} == {}
    for part in Part:
        with pytest.raises(NotFound):
            await left.blobs.read(left.file, part)


async def test_figures_stay(left: Traces) -> None:
    columns = "message_id, conversation_id, seq, direction, author, at, sent_at, provider_message_id"
    query = f"SELECT {columns} FROM messages ORDER BY message_id"  # noqa: S608

    async def figures() -> list[Any]:
        async with left.shop.database.connection() as connection:
            return await (await connection.execute(query.encode())).fetchall()

    before = await figures()
    await erase(an_eraser(left), await requested(left))

    assert await figures() == before
    assert await left.texts(left.conversation_id) == [{"kind": "erased"}] * 3
    [first, *_] = await Messages(left.shop.database).transcript(left.conversation_id)
    assert first.content.kind == "erased"


async def test_a_report_about_a_message_that_is_being_erased_blocks_nobody(left: Traces) -> None:
    """It has the delivery, and wants the conversation; the eraser must not have that meanwhile."""
    database, erasure_id, eraser = left.shop.database, await requested(left), an_eraser(left)
    await database.execute('UPDATE conversations SET attributes = \'{"topic": "knee"}\'')
    await left.close()
    await eraser.detach(erasure_id)
    async with database.transaction():
        await database.execute("UPDATE deliveries SET updated_at = now()")
        erasing = asyncio.create_task(eraser.erase_some(erasure_id))
        await _until_waiting(database)
        await database.execute("UPDATE conversations SET window_expires_at = now()")
    assert await erasing > 0


async def _until_waiting(database: Database) -> None:
    async with asyncio.timeout(60):
        while True:
            row = await database.one("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted")
            if row and row["waiting"]:
                return
            await asyncio.sleep(0.01)


async def test_others_keep_what_they_said_but_for_the_number(left: Traces) -> None:
    await erase(an_eraser(left), await requested(left))

    [said] = await left.texts(left.neighbour)
    assert said["text"] == f"Ask my sister: +[erased], not {NEIGHBOUR}"
    addresses = (await everything_in(left.shop.database))["addresses"]
    assert NEIGHBOUR in addresses


async def test_the_certificate_tells_what_was_done_and_not_to_whom(left: Traces) -> None:
    erasure_id = await requested(left)
    await erase(an_eraser(left), erasure_id)
    erasure = await Erasures(left.shop.database).get(erasure_id)

    assert erasure.state is ErasureState.DONE
    assert erasure.certificate is not None
    assert erasure.certificate.erased == {
        "addresses": 1,
        "ids": 3,
        "messages": 3,
        "notes": 1,
        "decisions": 1,
        "reasons": 1,
        "files": 1,
        "answers": 1,
        "kept_for_a_while": 2,
        "mentions": 5,
    }
    assert set(erasure.certificate.left.values()) == set(erasure.certificate.found.values()) == {0}
    assert {"messages.content", "quarantined_webhooks.body"} <= erasure.certificate.found.keys()
    assert set(erasure.certificate.identifiers) == {
        HASHES.of(each) for each in (ALICE.address, PHONE, BARE, USER_ID)
    }
    shown = erasure.model_dump_json()
    assert not [trace for trace in TRACES if trace in shown]


async def test_whoever_asks_again_is_recognised_by_the_certificate_alone(left: Traces) -> None:
    await erase(an_eraser(left), await requested(left))

    contacts = Contacts(left.shop.database)
    [found] = await contacts.known_as([PHONE], [HASHES.of(PHONE)], 20)
    assert found.contact_id == left.contact_id
    assert found.erased_at is not None
    assert await contacts.known_as([PHONE], [IdentityHashes(["another key"]).of(PHONE)], 20) == []


async def test_an_erasure_that_breaks_off_everywhere_ends_all_the_same(left: Traces) -> None:
    erasure_id = await requested(left)
    stumbling = StumblingDatabase(left.shop.database)
    eraser = an_eraser(left, stumbling)
    await insistently(lambda: eraser.detach(erasure_id))
    while await insistently(lambda: eraser.erase_some(erasure_id)):
        pass
    assert await insistently(lambda: eraser.prove(erasure_id)) == 0

    assert stumbling.falls > 10
    certificate = (await Erasures(left.shop.database).get(erasure_id)).certificate
    assert certificate is not None
    assert certificate.erased["messages"] == 3
    assert certificate.erased["mentions"] == 5
    assert certificate.erased["kept_for_a_while"] == 2
    after = str(await everything_in(left.shop.database))
    assert not [trace for trace in TRACES if trace in after]


async def test_who_writes_again_is_somebody_new(left: Traces) -> None:
    await erase(an_eraser(left), await requested(left))

    again = await left.shop.hears("Hello again", sender=ALICE)

    assert again.contact_id != left.contact_id
    assert again.conversation_id != left.conversation_id
    assert again.contact.display_name == "Alice Wonder"


async def test_a_webhook_that_comes_once_more_brings_nobody_back(
    left: Traces, channel: FakeChannel
) -> None:
    await erase(an_eraser(left), await requested(left))
    before = await everything_in(left.shop.database)

    intake, account_id = left.shop.parts.engine.intake, left.shop.account.account_id
    await intake.receive(account_id, channel, a_webhook(a_message(1, sender=ALICE)))
    channel.received = [a_message(1, sender=ALICE), a_message(2, sender=ALICE)]
    await left.shop.parts.reconciler.reconcile(account_id)

    after = await everything_in(left.shop.database)
    assert [name for name in after if after[name] != before[name]] in (
        ["accounts", "endpoint_watermarks"],
        ["endpoint_watermarks", "accounts"],
    )


async def test_what_waits_to_leave_does_not_leave_any_more(left: Traces) -> None:
    await erase(an_eraser(left), await requested(left))

    claim = await Outbox(left.shop.database).claim(left.answer)

    assert claim == Settled(status=DeliveryStatus.FAILED, error_code="erased")


async def test_running_conversations_are_closed_by_force_first(
    shop: Shop, tmp_path: Path, conversations: FakeConversations
) -> None:
    left = await traces(shop, tmp_path)
    eraser, erasure_id = an_eraser(left), await requested(left)
    await eraser.detach(erasure_id)

    with pytest.raises(Unavailable):
        await eraser.close_conversations(erasure_id)
    with pytest.raises(Unavailable):
        await eraser.close_conversations(erasure_id)

    [command] = conversations.commands  # repeated, it is the same command
    assert isinstance(command, ForceClose)
    assert command.as_supervisor
    assert command.command_id == uuid5(erasure_id, str(left.conversation_id))
    await left.close()
    await eraser.close_conversations(erasure_id)


async def test_what_comes_while_a_conversation_closes_belongs_to_somebody_new(
    shop: Shop, tmp_path: Path
) -> None:
    left = await traces(shop, tmp_path)
    await an_eraser(left).detach(await requested(left))

    view = await shop.hears("One more thing", sender=ALICE)

    assert view.conversation_id != left.conversation_id


async def test_a_file_that_arrives_late_does_not_stay(left: Traces, shop: Shop) -> None:
    """It was on its way while its row was deleted."""
    item = MediaItem(media_id=new_id(), mime_type="image/png")
    await shop.hears(sender=BOB, content=Media(items=(item,)))
    copier = shop.parts.media_copier
    await shop.database.execute("DELETE FROM media WHERE media_id = %(id)s", {"id": item.media_id})
    await copier._keep(item, DownloadedMedia(content=b"a picture", mime_type="image/png"))

    with pytest.raises(NotFound):
        await left.blobs.read(item.media_id)


async def test_asking_twice_is_asking_once(left: Traces) -> None:
    erasures = Erasures(left.shop.database)
    first = await erasures.request(left.contact_id, "Bo", new_id())
    second = await erasures.request(left.contact_id, "Bo", new_id())
    assert first.erasure_id == second.erasure_id

    with pytest.raises(NotFound):
        await erasures.request(new_id(), "Bo", new_id())


async def test_an_incomplete_erasure_is_taken_up_again(left: Traces) -> None:
    erasures, eraser = Erasures(left.shop.database), an_eraser(left)
    erasure_id = await requested(left)
    await eraser.detach(erasure_id)
    await eraser.give_up(erasure_id)
    assert await erasures.unfinished(10) == []

    again = await erasures.request(left.contact_id, "Bo", new_id())

    assert (again.erasure_id, again.state) == (erasure_id, ErasureState.REQUESTED)
    assert await erase(eraser, erasure_id) == 0


async def test_what_nobody_could_start_is_started_by_the_housekeeping_round(left: Traces) -> None:
    erasure_id, starter = await requested(left), left.shop.erasures
    starter.is_down = True
    assert await an_eraser(left).resume() == 0
    starter.is_down = False
    assert await an_eraser(left).resume() == 1

    assert starter.started == [erasure_id]
    await erase(an_eraser(left), erasure_id)
    assert await an_eraser(left).resume() == 0


async def test_detaching_waits_for_a_message_that_is_just_coming_in(left: Traces) -> None:
    """Intake locks the address first, too: either the message is before, or it is somebody new's."""
    erasure_id = await requested(left)
    async with left.shop.database.transaction() as connection:
        await connection.execute("SELECT 1 FROM addresses FOR NO KEY UPDATE")
        detaching = asyncio.create_task(Erasures(left.shop.database).detach(erasure_id))
        await until_somebody_waits(left.shop.database)
        assert not detaching.done()
    await detaching


async def until_somebody_waits(database: Database) -> None:
    """Return once a session waits for a lock that another one has."""
    async with asyncio.timeout(60):
        while not await database.one("SELECT 1 FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
