"""What a workflow does belongs to the trace of what it was told."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload

from runtime.tracing.in_workflow import (
    AT_ONCE,
    HEADER,
    LINK,
    PARENT,
    REMEMBERED,
    Cause,
    Causes,
    carrier_in,
    payload_of,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + AT_ONCE + timedelta(seconds=1)


def a_cause(number: int, at: datetime = NOON) -> Cause:
    return Cause({PARENT: f"00-{number:032x}-{number:016x}-01"}, at)


def test_work_about_a_message_belongs_to_what_brought_it_whatever_was_told_since() -> None:
    causes, message_id = Causes(), uuid4()
    causes.remember(a_cause(1), [message_id])
    causes.remember(a_cause(2), [])

    assert causes.of(message_id, NOON) == a_cause(1).carrier
    assert causes.of(uuid4(), NOON) == a_cause(2).carrier
    assert causes.of({"not": "an id"}, NOON) == a_cause(2).carrier


def test_what_a_timer_does_is_only_linked_to_what_was_told_long_before() -> None:
    causes = Causes()
    causes.remember(a_cause(1), [])

    assert causes.of(None, LATER) == {LINK: a_cause(1).carrier[PARENT]}


def test_a_parked_reply_leaves_in_the_trace_of_the_message_that_released_it() -> None:
    causes, parked = Causes(), uuid4()
    causes.remember(a_cause(1), [parked])
    causes.remember(a_cause(2, LATER), [uuid4()])

    assert causes.of(parked, LATER) == {**a_cause(2).carrier, LINK: a_cause(1).carrier[PARENT]}


def test_a_workflow_that_nobody_traced_has_no_causes() -> None:
    assert Causes().of(uuid4(), NOON) == {}


def test_only_so_many_messages_are_remembered() -> None:
    causes, messages = Causes(), [uuid4() for _ in range(REMEMBERED + 1)]
    causes.remember(a_cause(1), messages)
    causes.remember(a_cause(2), [])

    assert causes.of(messages[0], NOON) == a_cause(2).carrier
    assert causes.of(messages[-1], NOON) == a_cause(1).carrier


@pytest.mark.parametrize(
    "strange",
    [
        Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x"),
        Payload(metadata={"encoding": b"json/plain"}, data=b"[1]"),
    ],
    ids=["encrypted", "a list"],
)
def test_a_header_that_is_not_ours_does_not_stop_a_workflow(strange: Payload) -> None:
    assert carrier_in({HEADER: strange}) == {}
    assert carrier_in({}) == {}


def test_a_header_comes_out_as_it_went_in() -> None:
    assert carrier_in({HEADER: payload_of(a_cause(1).carrier)}) == a_cause(1).carrier
