"""What a page offers in each state: actions and ways to write. The conversation decides by itself."""

from datetime import timedelta

import pytest

from console.actions import Action, offers
from console.modes import Mode, writing_in
from console.reader import Reader
from domain.conversations import State
from domain.views import ConversationView
from tests.builders import NOON
from tests.views import ALICE_READS, BOB_READS, SUPERVISOR, a_contact, a_view, alices

TAKE, END, LEAVE, RELEASE, FORCE = Action


@pytest.mark.parametrize(
    ("view", "reader", "expected"),
    [
        (a_view(), ALICE_READS, {TAKE}),
        (a_view(), SUPERVISOR, {TAKE, FORCE}),
        (a_view(state=State.WAITING), ALICE_READS, {TAKE}),
        (alices(), ALICE_READS, {END, LEAVE, RELEASE}),
        (alices(State.TEMPLATE_ONLY), ALICE_READS, {END, LEAVE, RELEASE}),
        (alices(), BOB_READS, set()),
        (alices(), SUPERVISOR, {END, LEAVE, RELEASE, FORCE}),
        (alices(State.WRAP_UP), ALICE_READS, {LEAVE}),
        (alices(State.CLOSED), SUPERVISOR, set()),
    ],
)
def test_only_what_is_possible_is_offered(
    view: ConversationView, reader: Reader, expected: set[Action]
) -> None:
    assert {offer.action for offer in offers(view, reader)} == expected


def test_the_words_fit_the_state() -> None:
    assert [offer.label for offer in offers(a_view(), ALICE_READS)] == ["Take"]
    assert [offer.label for offer in offers(a_view(state=State.WAITING), ALICE_READS)] == [
        "Take up again"
    ]
    assert [offer.label for offer in offers(alices(State.WRAP_UP), ALICE_READS)] == ["Close"]


@pytest.mark.parametrize(
    ("view", "reader", "mode"),
    [
        (a_view(), ALICE_READS, Mode.OFF),
        (a_view(state=State.WAITING), ALICE_READS, Mode.OFF),
        (alices(), ALICE_READS, Mode.FREE),
        (alices(), BOB_READS, Mode.OFF),
        (alices(), SUPERVISOR, Mode.FREE),
        (alices(State.TEMPLATE_ONLY), ALICE_READS, Mode.TEMPLATE),
        (alices(window_expires_at=NOON), ALICE_READS, Mode.TEMPLATE),
        (alices(window_expires_at=None), ALICE_READS, Mode.FREE),
        (alices(State.DISCONNECTED, window_expires_at=None), ALICE_READS, Mode.FREE),
        (alices(State.WRAP_UP), ALICE_READS, Mode.OFF),
        (alices(State.CLOSED), ALICE_READS, Mode.OFF),
    ],
)
def test_writing_is_as_free_as_the_conversation_allows(
    view: ConversationView, reader: Reader, mode: Mode
) -> None:
    assert writing_in(view, reader, NOON).mode is mode


@pytest.mark.parametrize("state", State)
def test_whoever_may_not_write_freely_is_told_why(state: State) -> None:
    for reader in (ALICE_READS, BOB_READS, SUPERVISOR):
        writing = writing_in(alices(state), reader, NOON)
        assert writing.mode is Mode.FREE or writing.hint


def test_inv4_a_window_that_ends_while_the_page_is_open_ends_free_text() -> None:
    view = alices(window_expires_at=NOON + timedelta(minutes=1))
    assert writing_in(view, ALICE_READS, NOON).mode is Mode.FREE
    assert writing_in(view, ALICE_READS, NOON + timedelta(minutes=1)).mode is Mode.TEMPLATE


def test_a_customer_who_opted_out_is_not_written_to_by_mistake() -> None:
    view = alices(contact=a_contact(opted_out_at=NOON))
    assert writing_in(view, ALICE_READS, NOON).is_warning
