"""How a live chat stands, for its agent: how long its customer has, why it ended, who they are."""

from datetime import timedelta
from typing import Any

import pytest

from console.modes import Mode, writing_in
from console.standing import facts_of, standing_of
from domain.channels import ChannelName
from domain.chats import ChatFacts, Page
from domain.conversations import Event, State
from domain.views import ConversationView
from tests.builders import NOON
from tests.views import ALICE_READS, CONVERSATION, alices


def a_chat(state: State = State.ACTIVE, **override: Any) -> ConversationView:
    """Alice has it."""
    return alices(state, channel=ChannelName.LIVE_CHAT, window_expires_at=None, **override)


def facts(chat: ChatFacts | None = None, **override: Any) -> dict[str, str]:
    found = facts_of(a_chat(**override), ALICE_READS, NOON, chat)
    return {fact.label: fact.value for fact in found}


@pytest.mark.parametrize("state", [State.DISCONNECTED, State.RECONNECT_WINDOW])
def test_time_runs_while_the_customer_is_away(state: State) -> None:
    until = NOON + timedelta(seconds=105.2)

    away = standing_of(a_chat(state, away_until=until), ALICE_READS, NOON).away

    assert away is not None
    assert (away.seconds, away.ends_at) == (106, until)


def test_time_that_is_over_does_not_run_backwards() -> None:
    late = a_chat(State.RECONNECT_WINDOW, away_until=NOON - timedelta(minutes=1))

    away = standing_of(late, ALICE_READS, NOON).away

    assert away is not None
    assert away.seconds == 0


def test_no_time_runs_while_the_customer_is_there() -> None:
    assert standing_of(a_chat(), ALICE_READS, NOON).away is None


@pytest.mark.parametrize(
    ("ended_by", "words"),
    [
        (Event.AGENT_ENDED, "Ended by an agent"),
        (Event.CUSTOMER_ENDED, "Ended by the customer"),
        (Event.RECONNECT_EXPIRED, "The customer did not come back in time"),
        (Event.GRACE_EXPIRED, "The customer lost the connection"),
        (Event.FORCE_CLOSED, "Closed by a supervisor"),
    ],
)
def test_an_agent_sees_why_it_ended(ended_by: Event, words: str) -> None:
    ended = a_chat(State.WRAP_UP, ended_by=ended_by)

    assert words in standing_of(ended, ALICE_READS, NOON).facts
    assert facts(state=State.WRAP_UP, ended_by=ended_by)["Ended"] == words


def test_who_is_away_can_be_written_to() -> None:
    writing = writing_in(a_chat(State.RECONNECT_WINDOW), ALICE_READS, NOON)

    assert (writing.mode, writing.is_warning) == (Mode.FREE, True)


def test_agents_see_what_the_shop_and_the_customer_said() -> None:
    pages = tuple(Page(url=f"https://shop.example/{n}", title=f"Page {n}") for n in range(7))
    chat = ChatFacts(
        conversation_id=CONVERSATION,
        authenticated=True,
        email="kim@example.com",
        pre_chat={"order": "4711"},
        context={"plan": "gold"},
        pages=pages,
    )

    shown = facts(chat)

    assert shown["Signed in at the shop"] == "Yes"
    assert shown["E-mail"] == "kim@example.com"
    assert shown["Before the chat: order"] == "4711"
    assert shown["Context: plan"] == "gold"
    assert shown["Pages visited"].split("\n")[::5] == ["Page 6", "and 2 before"]


def test_what_a_page_says_hides_nothing_that_we_know() -> None:
    chat = ChatFacts(conversation_id=CONVERSATION, phone="+1", context={"Name": "Mallory"})

    shown = facts(chat)

    assert shown["Name"] == "Kim Minji"
    assert shown["Context: Name"] == "Mallory"
    assert shown["Signed in at the shop"] == "No"
