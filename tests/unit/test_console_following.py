"""What a page holds follows the live events; the same event twice changes nothing."""

from console import board, opened
from console.board import Board
from console.drafts import Attempts
from console.opened import Opened
from domain.conversations import State
from domain.ids import new_id
from domain.messages import DeliveryStatus
from domain.views import LiveEventType, MessageView
from tests.builders import NOON
from tests.views import CONVERSATION, a_message, a_view, alices, an_answer, an_event

ADDED = LiveEventType.MESSAGE_ADDED
CHANGED = LiveEventType.MESSAGE_CHANGED
TYPING = LiveEventType.CUSTOMER_TYPING


def seqs(subject: Opened) -> list[int]:
    return [message.seq for message in subject.messages]


def test_a_message_that_comes_twice_is_shown_once_and_in_order() -> None:
    subject = Opened(a_view(), [a_message(1)])
    for message in (second := a_message(2), a_message(3), second):
        subject.apply(an_event(ADDED, message=message, conversation=a_view()))
    assert seqs(subject) == [1, 2, 3]


def test_a_changed_message_replaces_itself() -> None:
    answer = an_answer(2, DeliveryStatus.SENT)
    subject = Opened(alices(), [a_message(1), answer])
    read = an_answer(2, DeliveryStatus.READ, message_id=answer.message_id)
    subject.apply(an_event(CHANGED, message=read, conversation=alices()))
    assert subject.messages[-1] == read


def test_a_customer_types_until_they_stop_write_or_say_no_more() -> None:
    subject = Opened(a_view(), [a_message(1)])
    starts = an_event(TYPING, conversation=a_view(), data={"is_typing": True})
    stops = an_event(TYPING, conversation=a_view(), data={"is_typing": False})
    writes = an_event(ADDED, message=a_message(2), conversation=a_view())
    assert not subject.is_typing(NOON)
    for ends in (stops, writes):
        subject.apply(starts)
        assert subject.is_typing(NOON)
        subject.apply(ends)
        assert not subject.is_typing(NOON)
    subject.apply(starts)
    assert not subject.is_typing(NOON + opened.TYPING_SHOWN)


def test_an_answer_of_ours_does_not_end_the_customers_typing() -> None:
    subject = Opened(a_view(), [a_message(1)])
    subject.apply(an_event(TYPING, conversation=a_view(), data={"is_typing": True}))
    subject.apply(an_event(ADDED, message=an_answer(2), conversation=a_view()))
    assert subject.is_typing(NOON)


def test_a_message_that_was_refused_disappears() -> None:
    answer = an_answer(2)
    subject = Opened(alices(), [a_message(1), answer])
    subject.apply(an_event(conversation=alices(), data={"taken_back": str(answer.message_id)}))
    assert seqs(subject) == [1]


def test_what_happens_elsewhere_changes_nothing_here() -> None:
    subject = Opened(a_view(), [a_message(1)])
    subject.apply(an_event(ADDED, conversation_id=new_id(), message=a_message(9)))
    assert seqs(subject) == [1]


def test_a_change_of_a_message_that_is_not_loaded_leaves_no_gap() -> None:
    subject = Opened(a_view(last_seq=9), [a_message(seq) for seq in (7, 8, 9)])
    subject.apply(an_event(CHANGED, message=an_answer(2), conversation=a_view()))
    assert seqs(subject) == [7, 8, 9]
    assert subject.has_earlier
    subject.prepend([a_message(seq) for seq in range(1, 7)])
    assert not subject.has_earlier


def test_a_page_never_holds_more_than_it_may() -> None:
    subject = Opened(a_view(), [])
    for seq in range(1, opened.MOST + 6):
        subject.put([a_message(seq)])
    assert (len(subject.messages), subject.first_seq) == (opened.MOST, 6)


def test_a_conversation_that_closes_or_leaves_is_off_the_board() -> None:
    subject = Board()
    subject.replace([a_view()])
    subject.apply(an_event(conversation=alices()))
    assert [view.state for view in subject.conversations] == [State.ACTIVE]
    subject.apply(an_event(conversation=alices(State.CLOSED)))
    assert not subject.conversations
    subject.replace([a_view()])
    subject.apply(an_event(data={"left": True}))
    assert not subject.conversations


def test_what_is_offered_stands_only_among_the_offers() -> None:
    subject = Board()
    other = a_view(conversation_id=new_id())
    subject.replace([a_view(), other])
    assert subject.besides({CONVERSATION}) == [other]


def test_a_full_board_says_that_there_is_more() -> None:
    subject = Board()
    subject.replace(a_view(conversation_id=new_id()) for _ in range(board.MOST - 1))
    assert not subject.left_out
    subject.put(a_view())
    subject.put(a_view(conversation_id=new_id()))
    assert (len(subject.conversations), subject.left_out) == (board.MOST, True)


def test_reading_is_news_only_once() -> None:
    subject = Board()
    assert subject.saw(CONVERSATION, 3)
    assert not subject.saw(CONVERSATION, 3)
    assert not subject.saw(CONVERSATION, 2)


def test_inv3_the_same_draft_is_the_same_request_until_it_went_out() -> None:
    attempts = Attempts()
    first = attempts.request_id("Hello")
    assert attempts.request_id("Hello") == first
    assert attempts.request_id("Hello!") != first
    second = attempts.request_id("Hello!")
    attempts.succeeded()
    assert attempts.request_id("Hello!") != second


def test_names_are_wanted_of_agents_only() -> None:
    messages: list[MessageView] = [a_message(1), an_answer(2)]
    assert Opened(a_view(), messages).agent_ids == {messages[1].author_id}
