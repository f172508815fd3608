"""What was taken back goes for good: its words at once, its files as soon as the store lets them."""

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from application.customer_events import CustomerEvents
from application.settling import Settling
from domain.customer_events import InboundEvent, MessageEdited, MessageWithdrawn
from domain.errors import MediaUnavailable, NotFound, Unavailable
from domain.ids import MediaId, MessageId, new_id
from domain.messages import DownloadedMedia, Erased, Media, MediaItem, Text
from storage.afterthoughts import Afterthoughts
from storage.blobs import FileBlobs
from storage.database import Database
from storage.idempotency import IdempotencyKeys, Stored
from storage.intake import IntakeEndpoint
from storage.media import MediaFiles
from storage.messages import Messages
from storage.quarantine import Quarantine
from storage.reply_tokens import ReplyTokens
from storage.tombstones import Tombstones
from tests.fakes import CAPABILITIES, FakeChannel, FakeConversations
from tests.integration.house import WAITING
from tests.shop import NUMBER, Shop, a_message, a_webhook, open_shop

DOWN = MediaUnavailable("The media store does not answer.")
NOBODY_HOLDS: Sequence[str] = (
    "SELECT 1 FROM afterthoughts FOR UPDATE NOWAIT",
    "SELECT 1 FROM messages FOR UPDATE NOWAIT",
    "SELECT 1 FROM media FOR UPDATE NOWAIT",
)


class FickleBlobs(FileBlobs):
    """A media store that does not always delete, and looks around while it does."""

    def __init__(self, directory: Path, database: Database) -> None:
        super().__init__(directory)
        self.database = database
        self.faults: dict[MediaId, Exception] = {}
        self.is_down: Exception | None = None
        self.meanwhile: list[Sequence[str]] = []

    async def delete(self, media_id: MediaId) -> None:
        if fault := self.faults.get(media_id, self.is_down):
            raise fault
        for statements in self.meanwhile:
            await asyncio.create_task(self._look(statements))
        await super().delete(media_id)

    async def _look(self, statements: Sequence[str]) -> None:
        """In a task, so that no transaction around the call is joined."""
        for statement in statements:
            await self.database.execute(statement)


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel(capabilities=CAPABILITIES.model_copy(update={"afterthoughts": True}))


@pytest.fixture
def blobs(database: Database, tmp_path: Path) -> FickleBlobs:
    return FickleBlobs(tmp_path, database)


@pytest.fixture
async def shop(
    database: Database,
    tmp_path: Path,
    channel: FakeChannel,
    conversations: FakeConversations,
    blobs: FickleBlobs,
) -> Shop:
    return await open_shop(database, tmp_path, channel, conversations, blobs=blobs)


async def hear(shop: Shop, channel: FakeChannel, *events: InboundEvent) -> None:
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(*events))


async def contents(shop: Shop) -> list[object]:
    [view] = await shop.running()
    return [each.content for each in await Messages(shop.database).transcript(view.conversation_id)]


async def left(shop: Shop, table: str) -> int:
    row = await shop.database.one(f"SELECT count(*) AS left FROM {table}")  # noqa: S608
    assert row is not None
    return int(row["left"])


def withdrawn(number: int = 1) -> MessageWithdrawn:
    return MessageWithdrawn(provider_message_id=f"SM{number:032x}", endpoint_address=NUMBER)


def edited(text: str) -> MessageEdited:
    return MessageEdited(
        provider_message_id=f"SM{1:032x}",
        endpoint_address=NUMBER,
        content=Text(text=text),
        edited_at=datetime(2026, 10, 1, tzinfo=UTC),
    )


async def a_stored_file(shop: Shop, channel: FakeChannel, number: int = 1) -> MediaId:
    """Alice sent it, and it was copied into our store."""
    item = MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://example.com/1")
    await hear(shop, channel, a_message(number, content=Media(items=(item,), caption="me")))
    await shop.parts.media_copier._keep(
        item, DownloadedMedia(content=b"bytes", mime_type="image/png", file_name="me.png")
    )
    return item.media_id


async def message_id_of(shop: Shop, media_id: MediaId) -> MessageId:
    message_id = (await MediaFiles(shop.database).get(media_id)).message_id
    assert message_id is not None
    return message_id


@pytest.mark.parametrize("fault", [DOWN, OSError("The disk is full.")])
@pytest.mark.parametrize("instead", [withdrawn(), edited("no picture")])
async def test_while_the_media_store_is_down_nobody_sees_any_more_what_was_taken_back(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs, instead: InboundEvent, fault: Exception
) -> None:
    media_id = await a_stored_file(shop, channel)
    blobs.is_down = fault
    await hear(shop, channel, instead)

    assert await contents(shop) == [Erased() if instead == withdrawn() else Text(text="no picture")]
    row = await MediaFiles(shop.database).get(media_id)
    assert (row.state, row.file_name, row.size) == ("erased", None, None)
    with pytest.raises(Unavailable, match=f"1 of 1 .* {type(fault).__name__}"):
        await shop.parts.settling.settle_some()
    assert await left(shop, "afterthoughts") == 1

    blobs.is_down = None
    assert await shop.parts.settling.settle_some() == 1

    with pytest.raises(NotFound):
        await blobs.read(media_id)
    assert (await left(shop, "media"), await left(shop, "afterthoughts")) == (0, 0)
    assert await shop.parts.settling.settle_some() == 0


async def test_nothing_is_locked_while_the_media_store_takes_its_time(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs
) -> None:
    media_id = await a_stored_file(shop, channel)
    blobs.meanwhile.append(NOBODY_HOLDS)
    await hear(shop, channel, withdrawn())
    assert await blobs.read(media_id) == b"bytes"  # the webhook waits for no media store
    await shop.parts.settling.settle_some()
    with pytest.raises(NotFound):
        await blobs.read(media_id)


async def test_one_file_that_cannot_be_deleted_stops_no_other(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs
) -> None:
    first, second = [await a_stored_file(shop, channel, number) for number in (1, 2)]
    await hear(shop, channel, withdrawn(1), withdrawn(2))
    blobs.faults[first] = DOWN
    with pytest.raises(Unavailable, match="1 of 2"):
        await shop.parts.settling.settle_some()
    with pytest.raises(NotFound):
        await blobs.read(second)
    assert await blobs.read(first) == b"bytes"


async def test_what_fails_is_behind_the_others_next_time(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs
) -> None:
    for number in (1, 2):
        await a_stored_file(shop, channel, number)
    blobs.is_down = DOWN
    await hear(shop, channel, withdrawn(1))
    await shop.database.execute("UPDATE afterthoughts SET at = at - interval '2 hours'")
    with pytest.raises(Unavailable):
        await shop.parts.settling.settle_some()
    await hear(shop, channel, withdrawn(2))
    await shop.database.execute(
        "UPDATE afterthoughts SET at = at - interval '1 hour' WHERE provider_message_id = %(second)s",
        {"second": withdrawn(2).provider_message_id},
    )
    [next_one] = await Afterthoughts(shop.database).due(1)
    assert next_one.provider_message_id == withdrawn(2).provider_message_id


async def test_an_edit_without_files_is_done_at_once(shop: Shop, channel: FakeChannel) -> None:
    await hear(shop, channel, a_message(1, "frist"), edited("first"))
    assert await contents(shop) == [Text(text="first")]
    assert await left(shop, "afterthoughts") == 0


async def test_what_is_said_while_files_go_is_done_afterwards(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs
) -> None:
    await a_stored_file(shop, channel)
    await hear(shop, channel, edited("no picture"))
    blobs.meanwhile.append(
        ["UPDATE afterthoughts SET kind = 'withdrawn', content = NULL, said_at = now()"]
    )
    await shop.parts.settling.settle_some()
    assert await contents(shop) == [Text(text="no picture")]
    await shop.parts.settling.settle_some()
    assert await contents(shop) == [Erased()]
    assert await left(shop, "afterthoughts") == 0


@pytest.mark.parametrize("is_settled", [False, True])
async def test_a_copy_that_was_under_way_forgets_its_bytes(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs, *, is_settled: bool
) -> None:
    item = MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://example.com/1")
    await hear(shop, channel, a_message(1, content=Media(items=(item,))), withdrawn())
    if is_settled:
        await shop.parts.settling.settle_some()
    found = DownloadedMedia(content=b"bytes", mime_type="image/png")
    await shop.parts.media_copier._keep(item, found)
    with pytest.raises(NotFound):
        await blobs.read(item.media_id)


async def test_taking_back_while_a_person_is_erased_locks_in_the_same_order(
    shop: Shop, channel: FakeChannel
) -> None:
    media_id = await a_stored_file(shop, channel)
    [view] = await shop.running()
    tombstones, afterthoughts = Tombstones(shop.database), Afterthoughts(shop.database)
    await afterthoughts.withdraw(shop.endpoint.endpoint_id, withdrawn())
    [name] = await afterthoughts.due(1)
    async with shop.database.transaction():
        await tombstones.forget_files([media_id])
        taking_back = asyncio.create_task(afterthoughts.apply(name))
        async with asyncio.timeout(60):
            while (await shop.database.one(WAITING) or {"count": 0})["count"] < 1:
                await asyncio.sleep(0.01)
        await tombstones.empty([view.conversation_id], 10)
    await taking_back
    await shop.parts.settling.settle_some()
    assert await contents(shop) == [Erased()]
    assert await left(shop, "afterthoughts") == 0


async def test_answers_that_quote_it_are_forgotten_and_the_webhook_waits_for_none(
    shop: Shop, channel: FakeChannel
) -> None:
    media_id = await a_stored_file(shop, channel)
    keys = IdempotencyKeys(shop.database)
    await keys.begin("ann", "key", b"print")
    body = str(await message_id_of(shop, media_id)).encode()
    await keys.finish("ann", "key", Stored(status=200, body=body))
    await hear(shop, channel, withdrawn())
    assert await left(shop, "idempotency_keys") == 1
    await shop.parts.settling.settle_some()
    assert await left(shop, "idempotency_keys") == 0


async def test_files_that_are_left_are_remembered_however_long_the_media_store_is_down(
    shop: Shop, channel: FakeChannel
) -> None:
    await a_stored_file(shop, channel)
    await hear(shop, channel, withdrawn(1), withdrawn(2))
    await shop.database.execute("UPDATE afterthoughts SET at = at - interval '3 days'")
    assert (await shop.parts.housekeeper.tidy())["afterthoughts"] == 1
    assert len(await Afterthoughts(shop.database).due(10)) == 1


async def test_a_process_settles_in_the_background(
    shop: Shop, channel: FakeChannel, blobs: FickleBlobs
) -> None:
    await a_stored_file(shop, channel)
    await hear(shop, channel, withdrawn())
    often = Settling(database=shop.database, blobs=blobs, every=timedelta(milliseconds=10))
    async with dataclasses.replace(shop.parts, settling=often).running(), asyncio.timeout(60):
        while await left(shop, "media"):
            await asyncio.sleep(0.01)


class Stumbling(CustomerEvents):
    """It cannot be told whether anything waits for a message."""

    fault: Exception = DOWN

    async def message_came(self, endpoint: IntakeEndpoint, provider_message_id: str) -> None:
        raise self.fault


@pytest.mark.parametrize("fault", [DOWN, OSError(), Unavailable("Not now."), ZeroDivisionError()])
async def test_inv1_a_stored_message_is_answered_and_rung_for_whatever_fails_afterwards(
    shop: Shop, channel: FakeChannel, fault: Exception
) -> None:
    await hear(shop, channel, withdrawn())
    stumbling = Stumbling(database=shop.database, doorbell=shop.parts.dispatcher)
    stumbling.fault = fault
    shop.parts.engine.intake._customer_events = stumbling
    before = _received()

    async with shop.parts.dispatcher.running():
        await hear(shop, channel, a_message(1, "secret", details={"reply_token": "t"}))
        await shop.parts.dispatcher.idle()

    assert await Quarantine(shop.database).listing(None, 10) == ([], None)
    assert await left(shop, "reply_tokens") == 1
    assert (len(shop.conversations.deliveries), _received()) == (1, before + 1)
    await shop.parts.settling.settle_some()
    assert await contents(shop) == [Erased()]


class Forgetful(ReplyTokens):
    """It cannot keep any."""

    async def keep(self, message_id: MessageId, token: str) -> None:
        raise ZeroDivisionError


async def test_inv1_a_message_whose_reply_token_cannot_be_kept_is_a_message_like_any_other(
    shop: Shop, channel: FakeChannel
) -> None:
    shop.parts.engine.intake._reply_tokens = Forgetful(shop.database)
    async with shop.parts.dispatcher.running():
        await hear(shop, channel, a_message(1, details={"reply_token": "t"}))
        await shop.parts.dispatcher.idle()
    assert await Quarantine(shop.database).listing(None, 10) == ([], None)
    assert len(shop.conversations.deliveries) == 1


def _received() -> float:
    labels = {"channel": "whatsapp", "outcome": "new"}
    return REGISTRY.get_sample_value("holdfast_messages_received_total", labels) or 0
