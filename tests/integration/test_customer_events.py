"""What customers do beside writing: taking back, changing, typing, opting out; in any order."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.live_events import Follower
from channels.webhooks import WebhookRequest
from domain.conversations import MailKind
from domain.customer_events import (
    ConsentReported,
    InboundEvent,
    MessageEdited,
    MessageWithdrawn,
    TypingReported,
)
from domain.errors import NotFound
from domain.ids import MessageId, new_id
from domain.messages import (
    Content,
    DeliveryStatus,
    Erased,
    Media,
    MediaItem,
    Sender,
    StatusReported,
    Text,
)
from domain.views import ConversationView, LiveEventType, MessageView
from storage.blobs import FileBlobs
from storage.mailbox import Mailbox
from storage.media import MediaFiles, Stored
from storage.messages import Messages
from storage.quarantine import Quarantine
from storage.visibility import Viewer
from tests.fakes import CAPABILITIES, FakeChannel
from tests.shop import ALICE, NUMBER, Shop, a_message, a_webhook, an_outbound

EDITED_AT = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
SUPERVISOR = Viewer(sees_all=True)


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel(capabilities=CAPABILITIES.model_copy(update={"afterthoughts": True}))


async def hear(shop: Shop, channel: FakeChannel, *events: InboundEvent) -> None:
    request: WebhookRequest = a_webhook(*events)
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, request)


async def said(shop: Shop) -> list[MessageView]:
    [view] = await shop.running()
    return await Messages(shop.database).transcript(view.conversation_id)


def withdrawn(number: int = 1) -> MessageWithdrawn:
    return MessageWithdrawn(provider_message_id=f"SM{number:032x}", endpoint_address=NUMBER)


def edited(text: str, minutes: int = 0) -> MessageEdited:
    return MessageEdited(
        provider_message_id=f"SM{1:032x}",
        endpoint_address=NUMBER,
        content=Text(text=text),
        edited_at=EDITED_AT + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_message_and_its_unsend_at_the_same_moment_leave_a_tombstone(
    shop: Shop, channel: FakeChannel, number: int
) -> None:
    await hear(shop, channel, a_message(9))
    await asyncio.gather(
        *(hear(shop, channel, a_message(number, "secret")) for _ in range(2)),
        *(hear(shop, channel, withdrawn(number)) for _ in range(2)),
    )
    contents = [message.content for message in await said(shop)]
    assert contents == [Text(text="Hello"), Erased()]


@pytest.mark.parametrize("repeated", [1, 2])
async def test_a_message_that_is_taken_back_leaves_a_tombstone(
    shop: Shop, channel: FakeChannel, repeated: int
) -> None:
    await hear(shop, channel, a_message(1, "secret"), a_message(2, "fine"))
    for _ in range(repeated):
        await hear(shop, channel, withdrawn())
    first, second = await said(shop)
    assert (first.content, second.content) == (Erased(), Text(text="fine"))
    assert "withdrawn_at" in first.details


async def test_an_unsend_that_comes_before_its_message_wins(shop: Shop, channel: FakeChannel) -> None:
    await hear(shop, channel, withdrawn(), a_message(1, "secret"))
    assert [message.content for message in await said(shop)] == [Erased()]
    await hear(shop, channel, a_message(1, "secret"))
    assert [message.content for message in await said(shop)] == [Erased()]


async def test_an_afterthought_is_applied_even_if_the_process_died_before(
    shop: Shop, channel: FakeChannel
) -> None:
    await hear(shop, channel, withdrawn())
    channel.capabilities = CAPABILITIES  # nobody looks for an afterthought
    await hear(shop, channel, a_message(1, "secret"))
    assert [message.content for message in await said(shop)] == [Text(text="secret")]
    await shop.parts.settling.settle_some()
    assert [message.content for message in await said(shop)] == [Erased()]


async def a_file_of(shop: Shop, channel: FakeChannel) -> MediaItem:
    item = MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://example.com/1")
    await hear(shop, channel, a_message(1, content=Media(items=(item,), caption="me")))
    return item


@pytest.mark.parametrize("instead", [withdrawn(), edited("no picture")])
async def test_files_that_were_taken_back_are_gone_with_their_bytes(
    shop: Shop, channel: FakeChannel, tmp_path: Path, instead: InboundEvent
) -> None:
    item, blobs = await a_file_of(shop, channel), FileBlobs(tmp_path)
    await blobs.put(item.media_id, b"bytes")
    stored = Stored(size=5, mime_type="image/png", file_name=None, sha256=b"x")
    await MediaFiles(shop.database).stored(item.media_id, stored)
    await hear(shop, channel, instead)
    await shop.parts.settling.settle_some()
    assert not await MediaFiles(shop.database).is_known(item.media_id)
    with pytest.raises(NotFound):
        await blobs.read(item.media_id)


async def test_a_new_caption_keeps_the_file(shop: Shop, channel: FakeChannel) -> None:
    item = await a_file_of(shop, channel)
    caption = edited("").model_copy(update={"content": Media(items=(), caption="us")})
    await hear(shop, channel, caption)
    [message] = await said(shop)
    assert isinstance(message.content, Media)
    assert message.content.caption == "us"
    assert [each.media_id for each in message.content.items] == [item.media_id]


@pytest.mark.parametrize(
    "events",
    [
        (a_message(1, "frist"), edited("first")),
        (edited("first"), a_message(1, "frist")),
        (a_message(1, "frist"), edited("first", 5), edited("late", 1)),
        (edited("first", 5), edited("late", 1), a_message(1, "frist")),
        (edited("first"), edited("first"), a_message(1, "frist"), a_message(1, "frist")),
    ],
)
async def test_the_latest_edit_counts_in_whichever_order_they_come(
    shop: Shop, channel: FakeChannel, events: tuple[InboundEvent, ...]
) -> None:
    await hear(shop, channel, *events)
    [message] = await said(shop)
    assert message.content == Text(text="first")
    assert message.details["edited_at"].startswith("2026-10-01T12:0")


async def test_what_was_taken_back_cannot_be_edited(shop: Shop, channel: FakeChannel) -> None:
    await hear(shop, channel, a_message(1), edited("new"), withdrawn(), edited("newer", 9))
    await hear(shop, channel, withdrawn(2), edited("x").model_copy(update=_second()), a_message(2))
    contents: list[Content] = [message.content for message in await said(shop)]
    assert contents == [Erased(), Erased()]


def _second() -> dict[str, str]:
    return {"provider_message_id": f"SM{2:032x}"}


async def test_agents_learn_of_a_message_that_was_taken_back(shop: Shop, channel: FakeChannel) -> None:
    await hear(shop, channel, a_message(1))
    async with shop.parts.engine.live_feed.follow(SUPERVISOR, None) as follower:
        await hear(shop, channel, withdrawn())
        async with asyncio.timeout(60):
            while LiveEventType.MESSAGE_CHANGED not in {each.type for each in await follower.next()}:
                pass


def consent(*, opted_out: bool, at: datetime | None = None, address: str = ALICE) -> ConsentReported:
    return ConsentReported(
        endpoint_address=NUMBER, sender=Sender(address=address), opted_out=opted_out, reported_at=at
    )


async def opt_out_mail(shop: Shop, view: ConversationView) -> int:
    pending = await Mailbox(shop.database).pending(view.conversation_id)
    kinds = [item.kind for item in pending.items] if pending else []
    return kinds.count(MailKind.CUSTOMER_OPTED_OUT)


@pytest.mark.parametrize("at", [None, datetime.now(UTC) + timedelta(hours=1)])
async def test_who_opts_out_is_left_alone_and_the_conversation_is_told_once(
    shop: Shop, channel: FakeChannel, at: datetime | None
) -> None:
    await hear(shop, channel, a_message(1))
    for _ in range(2):
        await hear(shop, channel, consent(opted_out=True, at=at))
    [view] = await shop.running()
    assert view.contact.opted_out_at is not None
    assert await opt_out_mail(shop, view) == 1


async def test_who_allows_it_again_may_be_written_to(shop: Shop, channel: FakeChannel) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    later = soon + timedelta(minutes=1)
    await hear(shop, channel, a_message(1), consent(opted_out=True, at=soon))
    await hear(shop, channel, consent(opted_out=False, at=later), consent(opted_out=True, at=soon))
    [view] = await shop.running()
    assert view.contact.opted_out_at is None


async def test_an_opt_out_from_before_the_last_message_changes_nothing(
    shop: Shop, channel: FakeChannel
) -> None:
    await hear(shop, channel, a_message(1))
    await hear(shop, channel, consent(opted_out=True, at=datetime.now(UTC) - timedelta(hours=1)))
    [view] = await shop.running()
    assert view.contact.opted_out_at is None


async def test_the_word_by_which_one_opts_out_opts_nobody_in_again(
    shop: Shop, channel: FakeChannel
) -> None:
    now = datetime.now(UTC)
    stop = a_message(2, "STOP", sent_at=now + timedelta(seconds=1))
    await hear(shop, channel, a_message(1, sent_at=now - timedelta(minutes=5)))
    for events in ((stop, consent(opted_out=True, at=now)), (consent(opted_out=True, at=now), stop)):
        await hear(shop, channel, *events)
        [view] = await shop.running()
        assert view.contact.opted_out_at is not None
    assert len(await said(shop)) == 2
    await hear(shop, channel, a_message(3, "Hello?", sent_at=now + timedelta(minutes=2)))
    [view] = await shop.running()
    assert view.contact.opted_out_at is None


async def test_the_word_is_kept_when_it_comes_second(shop: Shop, channel: FakeChannel) -> None:
    now = datetime.now(UTC)
    await hear(shop, channel, a_message(1, sent_at=now), consent(opted_out=True, at=now))
    await hear(shop, channel, a_message(2, "STOP", sent_at=now))
    [view] = await shop.running()
    assert (view.contact.opted_out_at is None, len(await said(shop))) == (False, 2)


async def test_nobody_is_kept_who_only_opted_out(shop: Shop, channel: FakeChannel) -> None:
    await hear(shop, channel, consent(opted_out=True, address="whatsapp:+4915100000000"))
    async with shop.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS rows FROM addresses")
        assert await cursor.fetchone() == {"rows": 0}


def typing(*, is_typing: bool = True) -> TypingReported:
    return TypingReported(endpoint_address=NUMBER, address=ALICE, is_typing=is_typing)


async def told(follower: Follower, rounds: int = 1) -> list[tuple[bool, bool]]:
    """Who is said to be typing, once somebody is, or after so many rounds in which nobody was."""
    found: list[tuple[bool, bool]] = []
    for _ in range(rounds):
        found += [
            (event.data["is_typing"], event.conversation is not None)
            for event in await follower.next()
            if event.type is LiveEventType.CUSTOMER_TYPING
        ]
        if found:
            break
    return found


async def test_typing_is_told_to_those_who_see_the_conversation_and_is_kept_nowhere(
    shop: Shop, channel: FakeChannel
) -> None:
    await hear(shop, channel, a_message(1))
    feed, eve = shop.parts.engine.live_feed, Viewer(agent_id=shop.eve.agent_id)
    async with (
        feed.follow(SUPERVISOR, None) as follower,
        feed.follow(eve, None) as outsider,
        feed.running(),
    ):
        async with asyncio.timeout(60):
            await follower.wake.wait()  # the first item says that this process listens
        await hear(shop, channel, typing())
        await hear(shop, channel, typing())
        assert await told(follower, 10) == [(True, True)]
        assert await told(outsider, 2) == []
        assert await told(follower, 2) == []
    async with shop.database.connection() as connection:
        query = "SELECT count(*) AS rows FROM conversation_events WHERE type = 'customer_typing'"
        assert await (await connection.execute(query)).fetchone() == {"rows": 0}


async def test_what_comes_for_nobody_s_endpoint_is_put_aside(shop: Shop, channel: FakeChannel) -> None:
    elsewhere = {"endpoint_address": "whatsapp:+10000000000"}
    await hear(
        shop,
        channel,
        withdrawn().model_copy(update=elsewhere),
        typing().model_copy(update=elsewhere),
    )
    found, _ = await Quarantine(shop.database).listing(None, 10)
    assert len(found) == 1


async def test_a_receipt_that_names_only_our_own_id_finds_its_message(
    shop: Shop, channel: FakeChannel
) -> None:
    view = await shop.hears()
    message_id = await an_outbound(shop, view)
    await shop.parts.outbox.claim(message_id)
    await hear(shop, channel, receipt(message_id), receipt(message_id))
    message = await Messages(shop.database).get(message_id)
    assert message.delivery is not None
    assert message.delivery.status is DeliveryStatus.READ


def receipt(message_id: MessageId) -> StatusReported:
    return StatusReported(
        provider_message_id=str(message_id), message_id=message_id, status=DeliveryStatus.READ
    )
