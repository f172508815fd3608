"""The whole timeline: transcript, deliveries and Temporal together, private unless asked."""

import json
import os
import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from temporalio.testing import WorkflowEnvironment

from domain.conversations import ConversationStart, Mail, MailKind
from domain.errors import NotFound
from domain.ids import ConversationId, new_id
from domain.messages import Location, Media, Receipt, Text, Unsupported
from runtime.keyring import new_key
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.timeline.entries import Entry, Kind, Source, in_order
from runtime.timeline.gathering import timeline_of
from runtime.timeline.showing import as_json, as_table, elapsed
from runtime.timeline.transcript import on_one_line
from storage.messages import Messages
from storage.outbox import Outbox
from tests.builders import NOON, a_start
from tests.integration.house import House
from workflows.client import TemporalConversations

ROOT = Path(__file__).parents[2]
KEY = SecretStr(new_key())


def settings_of(database_url: str, temporal: str) -> Settings:
    return Settings(database_url=SecretStr(database_url), secret_keys=(KEY,), temporal_address=temporal)


async def an_answered_conversation(house: House) -> ConversationId:
    received = await house.receive("SM1")
    conversation_id = received.conversation_id
    message_id = await house.answer(conversation_id, Text(text="It is on its way."))
    await Outbox(house.db).claim(message_id)
    await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM2"))
    return conversation_id


async def in_temporal(
    settings: Settings, house: House, conversation_id: ConversationId
) -> ConversationStart:
    """The mail that the conversation's workflow would have been told."""
    (message,) = await Messages(house.db).transcript(conversation_id, limit=1)
    start = a_start(conversation_id=conversation_id, opened_at=message.at)
    mail = Mail(position=1, kind=MailKind.CUSTOMER_WROTE, at=message.at, message_id=message.message_id)
    await TemporalConversations(await connect(settings)).deliver(start, [mail])
    return start


async def test_what_was_said_what_was_told_and_what_became_of_it(
    house: House, database_url: str, temporal_dev_server: WorkflowEnvironment
) -> None:
    address = temporal_dev_server.client.service_client.config.target_host
    settings = settings_of(database_url, address)
    conversation_id = await an_answered_conversation(house)
    await in_temporal(settings, house, conversation_id)

    timeline = await timeline_of(settings, conversation_id)

    assert timeline.notices == ()
    assert [(each.kind, each.name, each.status) for each in timeline.entries] == [
        (Kind.MESSAGE, "customer", "text"),
        (Kind.ROUTING, "Support", "fallback"),
        (Kind.MESSAGE, "agent", "text"),
        (Kind.DELIVERY, "last known", "accepted"),
        (Kind.RUN, "run", "started"),
        (Kind.STATE, "conversation", "open"),
        (Kind.MAIL, "customer_wrote", "received"),
    ]


async def test_inv9_text_is_shown_only_when_asked_for(house: House, database_url: str) -> None:
    settings = settings_of(database_url, "127.0.0.1:1")
    timeline = await timeline_of(settings, await an_answered_conversation(house))

    def shown(*, with_text: bool) -> str:
        paper = StringIO()
        Console(width=300, file=paper).print(as_table(timeline, with_text=with_text))
        return paper.getvalue() + as_json(timeline, with_text=with_text)

    assert shown(with_text=True).count("It is on its way.") == 2
    assert "on its way" not in shown(with_text=False)
    assert "+49151" not in shown(with_text=True)


async def test_without_temporal_the_rest_is_told_and_it_says_so(
    house: House, database_url: str, temporal_dev_server: WorkflowEnvironment
) -> None:
    conversation_id = await an_answered_conversation(house)

    down = await timeline_of(settings_of(database_url, "127.0.0.1:1"), conversation_id)
    address = temporal_dev_server.client.service_client.config.target_host
    forgotten = await timeline_of(settings_of(database_url, address), conversation_id)

    assert [len(each.entries) for each in (down, forgotten)] == [4, 4]
    assert "does not answer" in down.notices[0]
    assert "keeps no history" in forgotten.notices[0]


async def test_without_its_key_the_rest_is_told_and_it_says_so(
    house: House, database_url: str, temporal_dev_server: WorkflowEnvironment
) -> None:
    settings = settings_of(database_url, temporal_dev_server.client.service_client.config.target_host)
    conversation_id = await an_answered_conversation(house)
    await in_temporal(settings, house, conversation_id)

    without = settings.model_copy(update={"secret_keys": (SecretStr(new_key()),)})
    locked = await timeline_of(without, conversation_id)

    assert len(locked.entries) == 4
    assert "lacks the key" in locked.notices[0]


async def test_an_unknown_conversation_is_an_error(house: House, database_url: str) -> None:
    with pytest.raises(NotFound, match="no conversation"):
        await timeline_of(settings_of(database_url, "127.0.0.1:1"), new_id())


def test_the_command_says_what_is_wrong(database_url: str) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")},
        "HOLDFAST_MODE": "production",
        "HOLDFAST_DATABASE_URL": database_url,
    }

    def timeline(which: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = (str(ROOT / "holdfast"), "timeline", which, *options)
        return subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, timeout=60, env=environment
        )

    unknown, nonsense = timeline(str(new_id()), "--json"), timeline("abc")
    assert (unknown.returncode, nonsense.returncode) == (1, 2)
    assert "There is no conversation" in unknown.stderr
    assert "Traceback" not in unknown.stderr + nonsense.stderr
    assert "UUID" in nonsense.stderr


async def test_json_is_for_programs(house: House, database_url: str) -> None:
    settings = settings_of(database_url, "127.0.0.1:1")
    conversation_id = await an_answered_conversation(house)

    told = json.loads(as_json(await timeline_of(settings, conversation_id), with_text=False))

    assert told["conversation_id"] == str(conversation_id)
    assert [each["source"] for each in told["entries"]] == [
        "transcript",
        "routing",
        "transcript",
        "deliveries",
    ]


def test_an_effect_never_comes_before_its_cause() -> None:
    message_id = new_id()
    mail = Entry(
        at=NOON - timedelta(milliseconds=5),  # Temporal's clock is behind PostgreSQL's
        source=Source.TEMPORAL,
        kind=Kind.MAIL,
        name="customer_wrote",
        status="received",
        message_id=message_id,
    )
    message = mail.model_copy(
        update={"at": NOON, "source": Source.TRANSCRIPT, "kind": Kind.MESSAGE, "name": "customer"}
    )

    assert in_order([mail, message]) == (message, mail)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Text(text="two\nlines"), "two lines"),
        (Media(items=(), caption="a photo"), "a photo"),
        (Location(latitude=1, longitude=2), ""),
        (Unsupported(provider_type="poll"), ""),
    ],
)
def test_what_was_said_is_told_on_one_line(
    content: Text | Media | Location | Unsupported, words: str
) -> None:
    assert on_one_line(content) == words


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (timedelta(0), "+00:00:00"),
        (timedelta(hours=23, minutes=59, seconds=59, milliseconds=999), "+23:59:59"),
        (timedelta(days=3, seconds=61), "+3d 00:01:01"),
    ],
)
def test_time_is_told_from_the_first_message(time: timedelta, shown: str) -> None:
    assert elapsed(time) == shown
