"""What was said is kept as long as the organisation says, and not longer."""

from pathlib import Path

import pytest

from application.retention import Retaining
from domain.errors import NotFound
from domain.messages import Media, MediaState
from storage.messages import Messages
from storage.organization import Organizations
from tests.persons import ALICE, StumblingDatabase, Traces, traces
from tests.shop import Shop

ERASED = {"kind": "erased"}


@pytest.fixture
async def left(shop: Shop, tmp_path: Path) -> Traces:
    """Alice's conversation ended 31 days ago, Bob's is running."""
    found = await traces(shop, tmp_path)
    await shop.database.execute(
        "UPDATE conversations SET state = 'closed', closed_at = now() - interval '31 days'"
        " WHERE conversation_id = %(id)s",
        {"id": found.conversation_id},
    )
    await shop.database.execute("UPDATE media SET created_at = now() - interval '32 days'")
    return found


async def keep_for(shop: Shop, *, transcripts: int | None = None, files: int | None = None) -> None:
    organizations = Organizations(shop.database)
    now = await organizations.get()
    changes = {"transcript_days": transcripts, "media_days": files}
    await organizations.update(now.model_copy(update=changes), now.version)


async def expire(left: Traces) -> int:
    """As the housekeeping round does."""
    retaining, total = Retaining(left.shop.database, left.blobs), 0
    while expired := await retaining.expire_some():
        total += expired
    return total


async def test_what_rules_said_of_a_conversation_goes_with_what_was_said(left: Traces) -> None:
    database = left.shop.database
    await database.execute("""UPDATE conversations SET attributes = '{"topic": "refund"}'""")
    await keep_for(left.shop, transcripts=30)
    await expire(left)

    rows = await database.one(
        "SELECT c.attributes, (SELECT count(*) FROM routing_decisions d"
        " WHERE d.conversation_id = c.conversation_id) AS decisions"
        " FROM conversations c WHERE c.conversation_id = %(id)s",
        {"id": left.conversation_id},
    )
    others = await database.one("SELECT count(*) AS decisions FROM routing_decisions")
    assert rows == {"attributes": {}, "decisions": 0}
    assert others == {"decisions": 1}


async def test_without_a_setting_everything_is_kept(left: Traces) -> None:
    assert await expire(left) == 0
    assert ERASED not in await left.texts(left.conversation_id)


async def test_a_transcript_that_was_kept_long_enough_is_emptied(left: Traces) -> None:
    await keep_for(left.shop, transcripts=30)
    assert await expire(left) > 0

    assert await left.texts(left.conversation_id) == [ERASED] * 3
    with pytest.raises(NotFound):
        await left.blobs.read(left.file)
    notes = await left.shop.database.one(
        "SELECT count(*) AS left FROM notes WHERE conversation_id = %(id)s",
        {"id": left.conversation_id},
    )
    assert notes == {"left": 0}
    assert await expire(left) == 0


async def test_who_it_was_is_kept_when_what_was_said_is_not(left: Traces) -> None:
    await keep_for(left.shop, transcripts=30)
    await expire(left)

    again = await left.shop.hears("Hello again", sender=ALICE)

    assert again.contact_id == left.contact_id


async def test_what_runs_or_ended_later_is_kept(left: Traces) -> None:
    await keep_for(left.shop, transcripts=32)
    assert await expire(left) == 0

    await keep_for(left.shop, transcripts=1)
    await expire(left)
    [said] = await left.texts(left.neighbour)
    assert said["kind"] == "text"


async def test_files_may_go_earlier_than_what_was_said(left: Traces) -> None:
    await keep_for(left.shop, transcripts=60, files=30)
    assert await expire(left) == 1

    _, picture, _ = await Messages(left.shop.database).transcript(left.conversation_id)
    assert isinstance(picture.content, Media)
    assert picture.content.caption == "prescription"
    [item] = picture.content.items
    assert (item.state, item.file_name, item.size) == (MediaState.ERASED, None, None)
    with pytest.raises(NotFound):
        await left.blobs.read(left.file)


async def test_a_round_that_breaks_off_is_finished_by_the_next(left: Traces) -> None:
    await keep_for(left.shop, transcripts=30)
    stumbling = StumblingDatabase(left.shop.database)
    retaining = Retaining(stumbling, left.blobs)
    for _ in range(100):
        try:
            if not await retaining.expire_some():
                break
        except Exception:  # noqa: BLE001, S112 - it stumbled, as it should
            continue

    assert stumbling.falls > 3
    assert await left.texts(left.conversation_id) == [ERASED] * 3
    row = await left.shop.database.one(
        "SELECT emptied_at IS NOT NULL AS emptied FROM conversations WHERE conversation_id = %(id)s",
        {"id": left.conversation_id},
    )
    assert row == {"emptied": True}


async def test_emptying_is_told_to_those_who_look_at_it(left: Traces) -> None:
    await keep_for(left.shop, transcripts=30)
    before = await _events(left)
    await expire(left)

    assert await _events(left) > before


async def _events(left: Traces) -> int:
    row = await left.shop.database.one(
        "SELECT count(*) AS events FROM conversation_events WHERE conversation_id = %(id)s",
        {"id": left.conversation_id},
    )
    assert row is not None
    return int(row["events"])
