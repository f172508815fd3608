"""The list of conversations: what stands where, and what each card says."""

from datetime import timedelta
from typing import Any

import pytest

from console.cards import MAX_CARDS, Card, Group, arranged, card_of, unread_count
from domain.conversations import State
from domain.ids import new_id
from domain.messages import Media, MediaItem
from domain.views import ConversationView
from tests.builders import NOON
from tests.views import ALICE_READS, BOB_READS, a_contact, a_message, a_view, alices, an_answer

LATER = NOON + timedelta(minutes=12)


def names(conversations: list[ConversationView], group: Group) -> list[str]:
    groups = arranged(conversations, ALICE_READS, LATER, seen={}, selected=None)
    return [card.name for card in groups[group].cards]


def called(name: str, **override: Any) -> ConversationView:
    return a_view(conversation_id=new_id(), contact=a_contact(display_name=name), **override)


def card(view: ConversationView, seen_seq: int = 0, **more: Any) -> Card:
    return card_of(view, ALICE_READS, LATER, seen_seq=seen_seq, **more)


def test_what_is_mine_waits_or_is_with_others_stands_apart() -> None:
    mine = {"agent_id": ALICE_READS.agent_id}
    conversations = [
        called("Mine", **mine, state=State.ACTIVE),
        called("Ended", **mine, state=State.WRAP_UP),
        called("Open"),
        called("With Bob", agent_id=BOB_READS.agent_id, state=State.ACTIVE),
        called("Away", state=State.WAITING),
        called("Done", state=State.CLOSED, **mine),
    ]
    assert set(names(conversations, Group.MINE)) == {"Mine", "Ended"}
    assert names(conversations, Group.OPEN) == ["Open"]
    assert set(names(conversations, Group.OTHERS)) == {"With Bob", "Away"}


def test_who_has_waited_longest_comes_first() -> None:
    conversations = [
        called("Second", state_changed_at=NOON),
        called("Third", state_changed_at=NOON + timedelta(minutes=1)),
        called("First", state_changed_at=NOON - timedelta(minutes=1)),
    ]
    assert names(conversations, Group.OPEN) == ["First", "Second", "Third"]


def test_a_long_list_is_cut_and_says_so() -> None:
    conversations = [called(str(number)) for number in range(MAX_CARDS + 3)]
    groups = arranged(conversations, ALICE_READS, LATER, seen={}, selected=None)
    assert (len(groups[Group.OPEN].cards), groups[Group.OPEN].hidden) == (MAX_CARDS, 3)


def test_a_waiting_card_says_for_how_long() -> None:
    assert card(a_view()).waiting == "waiting 12 min"
    assert card(alices()).waiting is None


@pytest.mark.parametrize(
    ("left", "text", "is_urgent"),
    [
        (timedelta(hours=20), None, False),
        (timedelta(hours=2, minutes=10), "window closes in 2 h 10 min", False),
        (timedelta(minutes=59), "window closes in 59 min", True),
        (timedelta(minutes=-1), "window closed", True),
    ],
)
def test_a_window_is_told_only_when_it_matters(
    left: timedelta, text: str | None, *, is_urgent: bool
) -> None:
    found = card(alices(window_expires_at=LATER + left))
    assert (found.window, found.is_urgent) == (text, is_urgent)


@pytest.mark.parametrize(
    ("view", "seen_seq", "is_unread"),
    [
        (a_view(last_message=a_message(3)), 2, True),
        (a_view(last_message=a_message(3)), 3, False),
        (alices(last_message=an_answer(3)), 0, False),
        (a_view(last_message=None), 0, False),
    ],
)
def test_unread_is_what_the_customer_said_last_and_nobody_here_saw(
    view: ConversationView, seen_seq: int, *, is_unread: bool
) -> None:
    assert card(view, seen_seq).is_unread is is_unread
    assert card(view, seen_seq, is_selected=True).is_unread is False


def test_the_title_counts_what_is_unread() -> None:
    conversations = [called("A"), called("B"), alices()]
    seen = {conversations[0].conversation_id: 1, conversations[2].conversation_id: 1}
    groups = arranged(conversations, ALICE_READS, LATER, seen=seen, selected=None)
    assert unread_count(groups.values()) == 1


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (a_message(text="Two\n\n lines"), "Two lines"),
        (an_answer(text="Hi"), "You: Hi"),
        (an_answer(text="Hi", author_id=BOB_READS.agent_id), "Agent: Hi"),
        (
            a_message(content=Media(items=(MediaItem(media_id=new_id(), mime_type="image/png"),))),
            "Photo",
        ),
    ],
)
def test_the_preview_is_one_line_and_says_who_spoke(message: Any, text: str) -> None:
    assert card(a_view(last_message=message)).preview == text


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (a_contact(), "Kim Minji"),
        (a_contact(display_name=None), "+821012345678"),
        (a_contact(display_name=None, phone=None, address="whatsapp:minji.kim"), "minji.kim"),
    ],
)
def test_somebody_without_a_name_is_called_what_the_channel_calls_them(contact: Any, name: str) -> None:
    assert card(a_view(contact=contact)).name == name
