"""The simulator's parts on their own: clock, dice, shelf, keeper, feed, retries, message rules."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.clock import SimulatedClock
from simulator.courier import Connection
from simulator.faults import FaultPlan, Faults
from simulator.feed import QUEUE_LIMIT, Feed
from simulator.keeper import Keeper
from simulator.records import Account, Customer, Media, Message
from simulator.settings import SimulatorSettings
from simulator.shelf import MediaShelf
from simulator.twilio.overrides import split_url
from simulator.twilio.rules import is_window_open
from simulator.twilio.signature import sign
from simulator.world import World

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_a_sleeper_wakes_when_the_clock_jumps_past_its_time() -> None:
    clock = SimulatedClock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(timedelta(minutes=59))
    assert not sleeper.done()
    clock.advance(timedelta(minutes=1))
    await asyncio.wait_for(sleeper, 60)


def test_dice_with_one_seed_fall_alike_and_one_knob_does_not_disturb_another() -> None:
    alone, together = Faults(), Faults()
    alone.set_plan(FaultPlan(seed=3, server_error=0.5))
    together.set_plan(FaultPlan(seed=3, server_error=0.5, lost_inbound=0.5))
    expected = [alone.strikes("server_error") for _ in range(20)]
    falls = []
    for _ in range(20):
        together.strikes("lost_inbound")
        falls.append(together.strikes("server_error"))
    assert falls == expected
    assert set(expected) == {True, False}


def test_a_fault_that_is_off_never_strikes() -> None:
    assert not any(Faults().strikes("answer_lost") for _ in range(100))


@pytest.mark.parametrize(
    ("written", "is_open"),
    [
        (None, False),
        (NOW - timedelta(hours=24), False),
        (NOW - timedelta(hours=24, microseconds=-1), True),
        (NOW, True),
    ],
)
def test_the_window_is_open_for_less_than_24_hours(written: datetime | None, *, is_open: bool) -> None:
    assert is_window_open(written, NOW) is is_open


@pytest.mark.parametrize(
    ("url", "address", "connection"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1", Connection()),
        ("https://a.example/x#rc=9", "https://a.example/x", Connection(retries=5)),
        (
            "https://a.example/#ct=2000&rt=500&tt=3000&rp=4xx,rt,nonsense",
            "https://a.example/",
            Connection(
                connect_seconds=2,
                read_seconds=0.5,
                total_seconds=3,
                retry_on=frozenset({"4xx", "rt"}),
            ),
        ),
    ],
)
def test_the_fragment_overrides_how_a_webhook_is_sent(
    url: str, address: str, connection: Connection
) -> None:
    assert split_url(url) == (address, connection)


def test_the_signature_matches_the_published_example() -> None:
    # https://www.twilio.com/docs/usage/security#validating-requests
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, params) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_full_shelf_gives_up_its_oldest_file(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "media"):
        shelf = MediaShelf(max_bytes=10, folder=folder)
        for number in range(3):
            shelf.put(_a_file(f"ME{number}", size=5), b"12345")
        assert [item.media_id for item in shelf.items] == ["ME1", "ME2"]
        assert (shelf.read("ME0"), shelf.read("ME2")) == (None, b"12345")


def test_a_shelf_reads_nothing_it_did_not_put_there(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    shelf = MediaShelf(max_bytes=10, folder=tmp_path / "media")
    assert shelf.read("../secret") is None


async def test_a_restart_keeps_the_world_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    before, clock = _a_world(path), SimulatedClock()
    before.save_account(Account(account_id="AC1", auth_token="token"))
    before.save_customer(Customer(address="whatsapp:+15557770001", profile_name="김민지"))
    before.save_message(_a_message("SM1"))
    before.customer_wrote("b", "c", NOW)
    before.record_delivery(_a_message("SM1"), NOW)
    clock.advance(timedelta(days=2))
    await Keeper(path, before, clock).stop()

    after, later_clock = _a_world(path), SimulatedClock()
    Keeper(path, after, later_clock).load()
    assert after.snapshot(later_clock.offset) == before.snapshot(clock.offset)
    assert after.next_position() > before.deliveries[0].position
    assert path.stat().st_mode & 0o077 == 0


def test_an_unreadable_data_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text("{half a")
    Keeper(path, _a_world(path), SimulatedClock()).load()
    assert path.with_suffix(".unreadable").read_text() == "{half a"


def test_the_history_is_bounded_and_a_chat_forgets_with_it(tmp_path: Path) -> None:
    world = _a_world(tmp_path / "world.json", max_messages=10)
    for number in range(15):
        world.save_message(_a_message(f"SM{number}"))
    assert world.message_count == 10
    assert [m.message_id for m in world.thread("b", "c", limit=50)] == [f"SM{n}" for n in range(5, 15)]


async def test_a_listener_that_cannot_follow_is_told_to_start_over() -> None:
    feed = Feed()
    news = feed.listen()
    assert await anext(news) == {"kind": "hello"}
    waiting = asyncio.ensure_future(anext(news))
    await asyncio.sleep(0)
    for _ in range(QUEUE_LIMIT + 1):
        feed.tell("message")
    assert (await waiting)["kind"] == "reload"


def _a_world(path: Path, **settings: int) -> World:
    chosen = SimulatorSettings.model_validate({"data_file": path, **settings})
    return World(chosen, MediaShelf(max_bytes=1024, folder=None))


def _a_message(message_id: str) -> Message:
    return Message(
        message_id=message_id,
        account_id="AC1",
        direction="outbound",
        business="b",
        customer="c",
        text="Hi",
        status="sent",
        created_at=NOW,
        updated_at=NOW,
    )


def _a_file(media_id: str, *, size: int) -> Media:
    return Media(
        media_id=media_id,
        message_id="MM1",
        account_id="AC1",
        content_type="text/plain",
        size=size,
        created_at=NOW,
    )
