"""The transcript as lines: order, days, notices, and what became of each message."""

from datetime import timedelta

import pytest

from console.lines import DayLine, Line, MessageLine, NoticeLine, Transcript, lines_of
from console.reader import Reader
from domain.conversations import State
from domain.messages import AuthorKind, DeliveryStatus, Direction, Text
from domain.views import FOR_AGENTS, ConversationView, LiveEvent, LiveEventType, MessageView
from tests.builders import ALICE, BOB, NOON
from tests.views import ALICE_READS, BOB_READS, SUPERVISOR, a_message, alices, an_answer, an_event


def lines(
    *messages: MessageView,
    notices: tuple[LiveEvent, ...] = (),
    reader: Reader = ALICE_READS,
    view: ConversationView | None = None,
) -> list[Line]:
    transcript = Transcript(
        conversation=view or alices(), messages=messages, notices=notices, names={ALICE: "Alice"}
    )
    return lines_of(transcript, reader, NOON + timedelta(days=1))


def spoken(*messages: MessageView, reader: Reader = ALICE_READS) -> list[MessageLine]:
    return [line for line in lines(*messages, reader=reader) if isinstance(line, MessageLine)]


def told(*found: Line) -> list[str]:
    """What a person reads, shortened."""
    texts = []
    for line in found:
        match line:
            case DayLine() | NoticeLine():
                texts.append(line.text)
            case MessageLine(content=Text(text=text)):
                texts.append(text)
            case _:
                raise AssertionError(line)
    return texts


def announced(trigger: str, minutes: int) -> LiveEvent:
    at = NOON + timedelta(minutes=minutes)
    return an_event(LiveEventType.ANNOUNCED, at=at, data={"trigger": trigger})


def test_notices_stand_where_they_happened() -> None:
    notices = (announced("agent_assigned", 1), announced("window_closed", 9))
    found = lines(a_message(1, "Hello"), an_answer(3, text="Hi"), notices=notices)
    assert told(*found) == [
        "Yesterday",
        "Hello",
        "An agent took the conversation",
        "Hi",
        "The service window closed: templates only",
    ]


def test_a_notice_from_before_the_stretch_that_is_shown_waits_for_it() -> None:
    assert told(*lines(a_message(5), notices=(announced("agent_assigned", 1),))) == [
        "Yesterday",
        "Hello",
    ]


def test_a_notice_of_a_newer_version_is_left_out() -> None:
    assert lines(notices=(announced("moon_landed", 1), an_event(LiveEventType.ANNOUNCED))) == []


def test_each_day_begins_with_its_name_once_even_if_clocks_disagree() -> None:
    found = lines(
        a_message(1),
        a_message(2, at=NOON + timedelta(days=1)),
        a_message(3, at=NOON + timedelta(hours=11)),
    )
    assert told(*found) == ["Yesterday", "Hello", "Today", "Hello", "Hello"]


def test_keys_are_unique_so_that_a_line_is_never_shown_for_another() -> None:
    notices = tuple(announced("window_closing", minute) for minute in range(3))
    found = lines(*(a_message(seq) for seq in range(1, 5)), notices=notices)
    assert len({line.key for line in found}) == len(found)


def test_everybody_is_called_by_name_and_oneself_you() -> None:
    messages = (a_message(1), an_answer(2), an_answer(3, author_id=BOB))
    assert [line.author for line in spoken(*messages)] == ["Kim Minji", "You", "Agent"]
    assert [line.author for line in spoken(*messages, reader=BOB_READS)] == [
        "Kim Minji",
        "Alice",
        "You",
    ]


def test_a_name_is_not_said_again_while_the_same_person_goes_on() -> None:
    messages = (a_message(1), a_message(2), an_answer(3), a_message(4), a_message(20))
    assert [line.continues for line in spoken(*messages)] == [False, True, False, False, False]


def test_a_quoted_message_is_quoted_in_a_few_words() -> None:
    first = a_message(1, "Where is\nmy parcel?")
    assert spoken(first, a_message(2, reply_to=first.message_id))[1].quoted == "Where is my parcel?"
    assert spoken(a_message(2, reply_to=first.message_id))[0].quoted is None


@pytest.mark.parametrize(
    ("status", "is_parked", "never_left"),
    [
        (DeliveryStatus.PARKED, True, False),
        (DeliveryStatus.WITHDRAWN, False, True),
        (DeliveryStatus.EXPIRED, False, True),
        (DeliveryStatus.SENT, False, False),
    ],
)
def test_what_has_not_left_looks_different(
    status: DeliveryStatus, *, is_parked: bool, never_left: bool
) -> None:
    (line,) = spoken(an_answer(status=status))
    assert (line.is_parked, line.never_left, line.may_withdraw) == (is_parked, never_left, is_parked)


@pytest.mark.parametrize(
    ("reader", "state", "may"),
    [
        (ALICE_READS, State.TEMPLATE_ONLY, True),
        (SUPERVISOR, State.TEMPLATE_ONLY, True),
        (BOB_READS, State.TEMPLATE_ONLY, False),
        (ALICE_READS, State.CLOSED, False),
    ],
)
def test_a_parked_reply_is_withdrawn_by_whoever_has_the_conversation(
    reader: Reader, state: State, *, may: bool
) -> None:
    parked = an_answer(status=DeliveryStatus.PARKED)
    line = lines(parked, reader=reader, view=alices(state))[-1]
    assert isinstance(line, MessageLine)
    assert line.may_withdraw is may


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({}, None),
        ({"edited_at": "2026-10-01T12:00:00Z"}, "Edited"),
        ({"edited_at": "x", "withdrawn_at": "x"}, "Taken back by the customer"),
    ],
)
def test_what_a_customer_did_to_a_message_later_is_said(
    details: dict[str, str], told: str | None
) -> None:
    [line] = spoken(a_message(1, details=details))
    assert line.afterthought == told


def test_a_line_for_agents_says_that_no_customer_sees_it() -> None:
    automated = {"direction": Direction.OUTBOUND, "author": AuthorKind.SYSTEM}
    private = a_message(1, **automated, details=FOR_AGENTS)
    public = a_message(2, **automated)
    assert [line.is_for_agents for line in spoken(private, public)] == [True, False]
    assert {line.author for line in spoken(private, public)} == {"Automatic message"}
