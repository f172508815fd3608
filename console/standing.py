"""How one conversation stands, and the facts about its customer, in words."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from uuid import UUID

from console.cards import URGENT, name_of
from console.chat_facts import Fact, chat_facts
from console.reader import Reader
from console.times import clock, day_and_clock, lasting, window_left
from domain.channels import is_live
from domain.chats import ENDED_REASONS, ChatFacts
from domain.conversations import State
from domain.messages import DeliveryStatus, Note
from domain.notices import ConsentShown, ConsentState, NoticeShown
from domain.values import Value
from domain.views import ConversationView


class Countdown(Value):
    """What ends soon. The browser counts on by itself, from `seconds` at the time it is told."""

    label: str
    ends_at: datetime
    seconds: int


class Standing(Value):
    """The head of a conversation."""

    name: str
    state: str
    facts: str
    window: str | None = None
    is_urgent: bool = False
    away: Countdown | None = None


class NoteLine(Value):
    """A note, as it is read."""

    key: str
    author: str
    time: str
    text: str


def standing_of(conversation: ConversationView, reader: Reader, now: datetime) -> Standing:
    """What is above its transcript."""
    expires_at = conversation.window_expires_at
    is_closed = conversation.state is State.CLOSED
    holder = conversation.agent_name if conversation.agent_id != reader.agent_id else None
    channel = reader.texts.channels[conversation.channel]
    facts = (_ending(conversation, reader), channel, conversation.queue_name, holder)
    return Standing(
        name=name_of(conversation),
        state=reader.texts.states[conversation.state],
        facts=" · ".join(fact for fact in facts if fact),
        window=None if is_closed else window_left(expires_at, now, reader.texts),
        is_urgent=expires_at is not None and expires_at - now < URGENT,
        away=_away(conversation, reader, now),
    )


def facts_of(
    conversation: ConversationView, reader: Reader, now: datetime, chat: ChatFacts | None = None
) -> list[Fact]:
    """What is known of the customer and their conversation."""
    texts, contact = reader.texts, conversation.contact
    known = {
        texts.name: name_of(conversation),
        texts.phone: contact.phone,
        texts.address: None if contact.phone else contact.address,
        texts.channel: texts.channels[conversation.channel],
        texts.endpoint: conversation.endpoint_name,
        texts.queue: conversation.queue_name,
        texts.assigned_to: conversation.agent_name or texts.nobody,
        texts.ended: _ending(conversation, reader),
        texts.opened: day_and_clock(conversation.opened_at, now, reader),
        texts.window: _window(conversation.window_expires_at, reader, now),
        texts.monitoring_notice: _notice(conversation.monitoring_notice, reader, now),
        texts.consent: _consent(conversation.consent, reader, now),
    }
    facts = [Fact(label=label, value=value) for label, value in known.items() if value]
    named = {fact.label for fact in facts}
    told = chat_facts(chat, reader) if chat else []
    return facts + [fact for fact in told if fact.label not in named]


def note_line(note: Note, names: Mapping[UUID, str], reader: Reader, now: datetime) -> NoteLine:
    """Who remarked what, when."""
    is_mine = note.agent_id == reader.agent_id
    return NoteLine(
        key=str(note.note_id),
        author=reader.texts.you if is_mine else names.get(note.agent_id, reader.texts.agent),
        time=day_and_clock(note.created_at, now, reader),
        text=note.text,
    )


def _away(conversation: ConversationView, reader: Reader, now: datetime) -> Countdown | None:
    ends_at = conversation.away_until
    if ends_at is None:
        return None
    seconds = max(0, ceil((ends_at - now).total_seconds()))
    return Countdown(label=reader.texts.comes_back_within, ends_at=ends_at, seconds=seconds)


def _ending(conversation: ConversationView, reader: Reader) -> str | None:
    if conversation.ended_by is None or not is_live(conversation.channel):
        return None
    return reader.texts.endings[ENDED_REASONS.get(conversation.ended_by, "agent_ended")]


def _notice(notice: NoticeShown | None, reader: Reader, now: datetime) -> str | None:
    if notice is None:
        return None
    if notice.told:
        at = day_and_clock(notice.at, now, reader)
        return reader.texts.told.format(at=at, version=notice.text_version or "?")
    is_over = notice.status.rank >= DeliveryStatus.FAILED.rank
    return reader.texts.not_told if is_over else reader.texts.being_told


def _consent(consent: ConsentShown | None, reader: Reader, now: datetime) -> str | None:
    if consent is None:
        return None
    texts = reader.texts
    said = {
        ConsentState.ASKED: texts.consent_asked,
        ConsentState.GIVEN: texts.consent_given,
        ConsentState.REFUSED: texts.consent_refused,
    }
    at = day_and_clock(consent.answered_at or consent.asked_at, now, reader)
    return said[consent.state].format(at=at, version=consent.text_version)


def _window(expires_at: datetime | None, reader: Reader, now: datetime) -> str:
    texts = reader.texts
    if expires_at is None:
        return texts.window_none
    if expires_at <= now:
        return texts.window_closed
    left = lasting(expires_at - now, texts)
    return texts.window_ends.format(time=left, at=clock(expires_at, reader.zone))
