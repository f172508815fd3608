"""The transcript: messages, days and what happened in between, as a list of lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from console.deliveries import Fate, fate_of
from console.excerpts import excerpt
from console.reader import Reader
from console.times import clock, day
from domain.conversations import State
from domain.effects import Trigger
from domain.ids import MessageId
from domain.messages import AuthorKind, Content, DeliveryStatus, Direction
from domain.values import Value
from domain.views import ConversationView, LiveEvent, MessageView


class DayLine(Value):
    """A new day begins."""

    kind: Literal["day"] = "day"
    key: str
    text: str


class NoticeLine(Value):
    """Something happened to the conversation."""

    kind: Literal["notice"] = "notice"
    key: str
    text: str
    time: str


class MessageLine(Value):
    """Somebody said something."""

    kind: Literal["message"] = "message"
    key: str
    message_id: MessageId
    is_ours: bool
    author: str
    content: Content
    time: str
    continues: bool = False
    """The same person goes on speaking: their name need not be said again."""
    quoted: str | None = None
    is_forwarded: bool = False
    is_for_agents: bool = False
    """No customer ever sees it."""
    afterthought: str | None = None
    """What its author did to it later."""
    fate: Fate | None = None
    is_parked: bool = False
    never_left: bool = False
    """Withdrawn or expired: the customer did not get it."""
    may_withdraw: bool = False


Line: TypeAlias = DayLine | NoticeLine | MessageLine
Dated: TypeAlias = tuple[datetime, NoticeLine | MessageLine]

IN_ONE_GO: Final = timedelta(minutes=5)
_NEVER_LEFT: Final = frozenset({DeliveryStatus.WITHDRAWN, DeliveryStatus.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """What is known of a conversation: a stretch of its messages, its notices, its agents' names."""

    conversation: ConversationView
    messages: Sequence[MessageView]
    notices: Sequence[LiveEvent] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


def lines_of(transcript: Transcript, reader: Reader, now: datetime) -> list[Line]:
    """Everything in order. A message keeps its place by `seq`, a notice finds its own by time."""
    spoken = [
        (message.at, _message_line(transcript, message, reader)) for message in transcript.messages
    ]
    happened = [found for notice in transcript.notices if (found := _notice_line(notice, reader))]
    return list(_with_days(_merged(spoken, happened), now, reader))


def _merged(
    spoken: Sequence[tuple[datetime, MessageLine]], happened: Sequence[tuple[datetime, NoticeLine]]
) -> Iterator[Dated]:
    """What happened before the first message shown belongs to an earlier page, unless it is alone."""
    waiting = [each for each in happened if not spoken or each[0] >= spoken[0][0]]
    for at, line in spoken:
        while waiting and waiting[0][0] < at:
            yield waiting.pop(0)
        yield at, line
    yield from waiting


def _with_days(dated: Iterator[Dated], now: datetime, reader: Reader) -> Iterator[Line]:
    latest = None
    before: Dated | None = None
    for at, line in dated:
        date = at.astimezone(reader.zone).date()
        if latest is None or date > latest:
            latest, before = date, None
            yield DayLine(key=f"day {date}", text=day(at, now, reader))
        yield _continued(at, line, before)
        before = at, line


def _continued(
    at: datetime, line: NoticeLine | MessageLine, before: Dated | None
) -> NoticeLine | MessageLine:
    if before is None or not isinstance(line, MessageLine) or not isinstance(before[1], MessageLine):
        return line
    is_same = (line.is_ours, line.author) == (before[1].is_ours, before[1].author)
    if is_same and at - before[0] < IN_ONE_GO:
        return line.model_copy(update={"continues": True})
    return line


def _notice_line(event: LiveEvent, reader: Reader) -> tuple[datetime, NoticeLine] | None:
    """A notice of a newer version that we have no words for is left out."""
    try:
        text = reader.texts.announcements[Trigger(event.data.get("trigger", ""))]
    except (ValueError, KeyError):
        return None
    key = f"notice {event.cursor}"
    return event.at, NoticeLine(key=key, text=text, time=clock(event.at, reader.zone))


def _message_line(transcript: Transcript, message: MessageView, reader: Reader) -> MessageLine:
    status = message.delivery.status if message.delivery else None
    is_parked = status is DeliveryStatus.PARKED
    return MessageLine(
        key=f"message {message.message_id}",
        message_id=message.message_id,
        is_ours=message.direction is Direction.OUTBOUND,
        author=_author_of(transcript, message, reader),
        content=message.content,
        time=clock(message.at, reader.zone),
        quoted=_quoted(transcript, message, reader),
        is_forwarded=any(name.endswith("forwarded") for name in message.details),
        is_for_agents=message.is_for_agents,
        afterthought=_afterthought(message, reader),
        fate=fate_of(message.delivery, reader.texts) if message.delivery else None,
        is_parked=is_parked,
        never_left=status in _NEVER_LEFT,
        may_withdraw=is_parked and _may_withdraw(transcript.conversation, reader),
    )


def _author_of(transcript: Transcript, message: MessageView, reader: Reader) -> str:
    texts = reader.texts
    match message.author:
        case AuthorKind.CUSTOMER:
            return transcript.conversation.contact.display_name or texts.customer
        case AuthorKind.BOT:
            return texts.bot
        case AuthorKind.SYSTEM:
            return texts.system
        case AuthorKind.AGENT if message.author_id == reader.agent_id:
            return texts.you
        case AuthorKind.AGENT:
            known = transcript.names
            return known.get(message.author_id, texts.agent) if message.author_id else texts.agent


def _afterthought(message: MessageView, reader: Reader) -> str | None:
    if "withdrawn_at" in message.details:
        return reader.texts.taken_back
    return reader.texts.edited if "edited_at" in message.details else None


def _quoted(transcript: Transcript, message: MessageView, reader: Reader) -> str | None:
    if message.reply_to is None:
        return None
    found = (each for each in transcript.messages if each.message_id == message.reply_to)
    quoted = next(found, None)
    return excerpt(quoted.content, reader.texts) if quoted else None


def _may_withdraw(conversation: ConversationView, reader: Reader) -> bool:
    is_mine = conversation.agent_id == reader.agent_id
    return (is_mine or reader.is_supervisor) and conversation.state is not State.CLOSED
