"""Scenarios: read in full or refused with the line and the step that are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.conversations import MailKind
from domain.errors import InvalidInput
from domain.timers import QueueOverflow, TimerPolicy
from runtime.simulate.reading import parse_scenario, read_scenario
from runtime.simulate.scenario import Order, Scenario
from runtime.simulate.scene import CONVERSATION, CUSTOMER, Line, clock
from runtime.simulate.showing import as_mermaid, as_text, save

GOOD = """
title: A good one
timers:
  window_reminder: null
  wrap_up_close: 1d 2h
  same_agent: false
steps:
  - at: 0
    customer: Hello
  - at: 1h 30m
    agent: send "Good day"
    by: Ben
  - {at: 2h, provider: window_refused}
"""


def refusal_of(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_scenario(text, "x.yaml")
    return str(caught.value)


def test_a_good_one_is_read_in_full() -> None:
    scenario = parse_scenario(GOOD, "x.yaml")

    assert scenario.timers == TimerPolicy(
        window_reminder=None, wrap_up_close=timedelta(hours=26), same_agent=False
    )
    hello, answer, report = scenario.steps
    assert (hello.at, hello.customer) == (timedelta(0), "Hello")
    assert (answer.at, answer.agent, answer.by) == (
        timedelta(minutes=90),
        Order(verb="send", words="Good day"),
        "Ben",
    )
    assert report.provider is MailKind.WINDOW_REFUSED


def test_who_waits_for_too_long_in_the_one_queue_of_a_scenario_goes_nowhere_else() -> None:
    scenario = parse_scenario(GOOD.replace("same_agent: false", "queue_overflow: 10m"), "x.yaml")
    assert scenario.timers.queue_overflow == QueueOverflow(after=timedelta(minutes=10))


@pytest.mark.parametrize(
    ("wrong", "by", "told"),
    [
        ("at: 1h 30m", "at: soon", "x.yaml, line 10, step 2: at: say it with units"),
        ("at: 1h 30m", "at: 90", "x.yaml, line 10, step 2: at: say it with units"),
        ("at: 1h 30m", "at: 1:30", "line 10, step 2: at: say it with units"),
        ("at: 1h 30m", "at: 99999999999d", "line 10, step 2: at: at most 3650d"),
        ("at: 2h,", "at: 1m,", "x.yaml, line 8: step 3 is earlier than the one before it"),
        ('send "Good day"', "dance", "line 11, step 2: agent: an agent can: pick, send"),
        ('send "Good day"', "send", "line 11, step 2: agent: `send` needs words"),
        ('send "Good day"', "pick me", "line 11, step 2: agent: `pick` takes no words"),
        ('send "Good day"', 'send "No #1"', "line 11, step 2: agent: the quote does not end"),
        ('send "Good day"', "[1]", "line 11, step 2: agent: "),
        ("by: Ben", "bye: Ben", "x.yaml, line 12, step 2: bye: Extra inputs are not permitted"),
        ("by: Ben", "by: 'B;n'", "line 12, step 2: by: String should match"),
        ("by: Ben", "customer: Me too", "line 10, step 2: say one of `customer`, `agent`, `provider`"),
        ("window_refused", "customer_wrote", "line 13, step 3: a provider reports: window_refused"),
        ("customer: Hello", "agent: pick", "line 8: the first step is the customer's"),
        ("wrap_up_close: 1d 2h", "wrap_up: 1d", "line 4: timers: no such timer: wrap_up. There are: "),
        ("wrap_up_close: 1d 2h", "wrap_up_close: 1", "line 4: timers: say it with units"),
        ("title: A good one", "channel: line", "line 2: channel: this build has: whatsapp"),
        ("title: A good one", "", "x.yaml, line 3: title: Field required"),
    ],
)
def test_a_mistake_is_told_with_its_place(wrong: str, by: str, told: str) -> None:
    assert told in refusal_of(GOOD.replace(wrong, by))


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace("at: 2h", "at: x").replace("by: Ben", "bye: Ben")
    assert len(refusal_of(text).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: [", "x.yaml, line 1: this is not YAML"),
        ("a: b\n- c", "x.yaml, line 2: this is not YAML"),
        ("\x00", "this is not YAML"),
        ("", "x.yaml, line 1: "),
        ("[]", "x.yaml, line 1: "),
        ("title: x\nsteps: {}", "x.yaml, line 2: Input should be a valid tuple"),
        ("title: x\nsteps: []", "x.yaml, line 2: "),
        ("? [a, b]\n: c", "x.yaml, line 1: "),
        ("!!python/object/apply:os.getcwd []", "x.yaml, line 1: this is not YAML"),
    ],
)
def test_what_is_no_scenario_at_all_is_refused(text: str, told: str) -> None:
    assert told in refusal_of(text)


def test_a_file_that_cannot_be_read_or_is_no_scenario_is_refused(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_text("x" * 300_000)
    binary.write_bytes(b"\xff\xfe\x00")
    for file, told in [
        (tmp_path / "missing.yaml", "cannot be read"),
        (large, "larger than 256 KB"),
        (binary, "cannot be read"),
    ]:
        with pytest.raises(InvalidInput, match=told):
            read_scenario(file)


def test_a_scenario_is_bounded() -> None:
    steps = [{"at": 0, "customer": "x"}] * 501
    with pytest.raises(ValueError, match="500"):
        Scenario.model_validate({"title": "x", "steps": steps})


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (timedelta(0), "+0d 00:00"),
        (timedelta(hours=23, minutes=59, seconds=59), "+0d 23:59"),
        (timedelta(days=30, minutes=61), "+30d 01:01"),
    ],
)
def test_time_is_told_in_minutes(after: timedelta, shown: str) -> None:
    assert clock(after) == shown


def test_what_people_write_breaks_neither_table_nor_diagram(tmp_path: Path) -> None:
    text = 'a; b #1 <br/>\nend\nNote over p0: "x"'
    line = Line(after=timedelta(0), who=CUSTOMER, kind="message", text=text, towards=CONVERSATION)

    diagram = as_mermaid('A "title"\n---', [line])

    assert diagram.splitlines()[1:] == [
        "title: \"A 'title' ---\"",
        "---",
        "sequenceDiagram",
        "    participant p0 as customer",
        "    participant p1 as conversation",
        '    p0->>p1: +0d 00:00 a#59; b #35;1 #lt;br/#gt; end Note over p0: "x"',
    ]
    assert len(as_text("title", [line]).splitlines()) == 3
    with pytest.raises(InvalidInput, match="cannot be written"):
        save(tmp_path / "nowhere" / "x.mmd", diagram)
