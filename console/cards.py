"""The list of conversations: who is where, in which order, and what each card says."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from console.excerpts import excerpt
from console.reader import Reader
from console.times import lasting, moment, window_left
from domain.conversations import State
from domain.ids import ConversationId
from domain.messages import AuthorKind, Direction
from domain.values import Value
from domain.views import ConversationView

# A window that closes later than this is nothing to hurry for.
SOON: Final = timedelta(hours=4)
URGENT: Final = timedelta(hours=1)
MAX_CARDS: Final = 100
_WINDOW_MATTERS: Final = frozenset({State.OPEN, State.ACTIVE, State.WAITING})


class Group(StrEnum):
    """Where in the list a conversation stands."""

    MINE = "mine"
    OPEN = "open"
    OTHERS = "others"


class Card(Value):
    """One conversation of the list, as text."""

    conversation_id: ConversationId
    name: str
    channel: str
    preview: str
    time: str
    state: str
    waiting: str | None = None
    window: str | None = None
    is_urgent: bool = False
    is_unread: bool = False
    is_selected: bool = False


class Cards(Value):
    """One group: what is shown of it, and how many are not."""

    cards: tuple[Card, ...] = ()
    hidden: int = 0


def arranged(
    conversations: Collection[ConversationView],
    reader: Reader,
    now: datetime,
    *,
    seen: Mapping[ConversationId, int],
    selected: ConversationId | None,
) -> dict[Group, Cards]:
    """Mine and others by what happened last; those that wait by how long they have been waiting."""
    groups: dict[Group, list[ConversationView]] = {group: [] for group in Group}
    for conversation in conversations:
        if conversation.state is not State.CLOSED:
            groups[group_of(conversation, reader)].append(conversation)
    return {
        group: _cards(
            sorted(found, key=_ORDER[group]),
            lambda each: card_of(
                each,
                reader,
                now,
                seen_seq=seen.get(each.conversation_id, 0),
                is_selected=each.conversation_id == selected,
            ),
        )
        for group, found in groups.items()
    }


def group_of(conversation: ConversationView, reader: Reader) -> Group:
    """Mine is mine whatever its state."""
    if conversation.agent_id == reader.agent_id:
        return Group.MINE
    return Group.OPEN if conversation.state is State.OPEN else Group.OTHERS


def card_of(
    conversation: ConversationView,
    reader: Reader,
    now: datetime,
    *,
    seen_seq: int = 0,
    is_selected: bool = False,
) -> Card:
    """What one card says now."""
    return Card(
        conversation_id=conversation.conversation_id,
        name=name_of(conversation),
        channel=reader.texts.channels[conversation.channel],
        preview=preview(conversation, reader),
        time=moment(_last_at(conversation), now, reader),
        state=_state_text(conversation, reader),
        waiting=_waiting(conversation, reader, now),
        window=_window(conversation, reader, now),
        is_urgent=_left(conversation, now) < URGENT,
        is_unread=not is_selected and is_unread(conversation, seen_seq),
        is_selected=is_selected,
    )


def name_of(conversation: ConversationView) -> str:
    """The customer's name, or what the channel calls them."""
    contact = conversation.contact
    return contact.display_name or contact.phone or contact.address.rpartition(":")[2]


def is_unread(conversation: ConversationView, seen_seq: int) -> bool:
    """The last word is the customer's, and this reader has not seen it."""
    last = conversation.last_message
    return last is not None and last.direction is Direction.INBOUND and last.seq > seen_seq


def preview(conversation: ConversationView, reader: Reader) -> str:
    """The last thing that was said, and by whom if it was one of us."""
    last = conversation.last_message
    if last is None:
        return ""
    text = excerpt(last.content, reader.texts)
    if last.author is AuthorKind.CUSTOMER:
        return text
    is_mine = last.author_id == reader.agent_id
    return (reader.texts.from_you if is_mine else reader.texts.from_agent).format(text=text)


def _cards(found: list[ConversationView], card: Callable[[ConversationView], Card]) -> Cards:
    return Cards(
        cards=tuple(card(each) for each in found[:MAX_CARDS]), hidden=max(0, len(found) - MAX_CARDS)
    )


def _last_at(conversation: ConversationView) -> datetime:
    last = conversation.last_message
    return max(last.at, conversation.opened_at) if last else conversation.opened_at


def _state_text(conversation: ConversationView, reader: Reader) -> str:
    """A card of an active conversation of one's own need not say so."""
    if conversation.state is State.OPEN:
        return ""
    if conversation.agent_id is None or conversation.agent_id == reader.agent_id:
        is_normal = conversation.state is State.ACTIVE
        return "" if is_normal else reader.texts.states[conversation.state]
    return conversation.agent_name or ""


def _waiting(conversation: ConversationView, reader: Reader, now: datetime) -> str | None:
    if conversation.state is not State.OPEN:
        return None
    waited = max(now - conversation.state_changed_at, timedelta())
    return reader.texts.waiting_for.format(time=lasting(waited, reader.texts))


def _left(conversation: ConversationView, now: datetime) -> timedelta:
    expires_at = conversation.window_expires_at
    return timedelta.max if expires_at is None else expires_at - now


def _window(conversation: ConversationView, reader: Reader, now: datetime) -> str | None:
    if conversation.state not in _WINDOW_MATTERS or _left(conversation, now) > SOON:
        return None
    return window_left(conversation.window_expires_at, now, reader.texts)


def _longest_waiting_first(conversation: ConversationView) -> float:
    return conversation.state_changed_at.timestamp()


def _latest_first(conversation: ConversationView) -> float:
    return -_last_at(conversation).timestamp()


_ORDER: Final[dict[Group, Callable[[ConversationView], float]]] = {
    Group.MINE: _latest_first,
    Group.OPEN: _longest_waiting_first,
    Group.OTHERS: _latest_first,
}


def unread_count(groups: Iterable[Cards]) -> int:
    """For the title of the page."""
    return sum(card.is_unread for group in groups for card in group.cards)
