"""What happened in a simulation, line by line: who did what, and what followed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.ids import AgentId, MessageId
from domain.ports import Projection
from domain.values import Value
from runtime.timeline.entries import Entry, Kind

CUSTOMER: Final = "customer"
PROVIDER: Final = "provider"
CONVERSATION: Final = "conversation"
_SAID: Final = {"send", "template", "park"}


class Done(Value):
    """What somebody did, and why it was refused if it was."""

    at: datetime
    who: str
    what: str
    words: str = ""
    message_id: MessageId | None = None
    refusal: str | None = None


class Record(Value):
    """Everything that is known when a simulation is over."""

    opened_at: datetime
    done: tuple[Done, ...]
    history: tuple[Entry, ...]
    projections: tuple[Projection, ...]
    people: dict[AgentId, str]


class Line(Value):
    """One line of the story. `towards`: where an arrow leads, when something was said or delivered."""

    after: timedelta
    who: str
    kind: str
    text: str
    towards: str | None = None


def lines_of(record: Record) -> tuple[Line, ...]:
    """In order of time; what somebody did comes before what followed from it."""
    found = [*_deeds(record), *_announcements(record), *_consequences(record)]
    return tuple(sorted(found, key=lambda line: line.after))


def _deeds(record: Record) -> Iterator[Line]:
    for deed in record.done:
        after, who = deed.at - record.opened_at, deed.who
        kind = "message" if deed.words else "report" if who == PROVIDER else "command"
        text = deed.words if who == CUSTOMER else f"{_plain(deed.what)} {_quoted(deed)}".strip()
        yield Line(after=after, who=who, kind=kind, text=text, towards=CONVERSATION)
        if deed.refusal is not None:
            refusal = f"refused: {deed.refusal}"
            yield Line(after=after, who=CONVERSATION, kind="refusal", text=refusal, towards=who)


def _announcements(record: Record) -> Iterator[Line]:
    words = _words_by_message(record.done)
    for projection in record.projections:
        after = projection.at - record.opened_at
        for trigger in projection.announcements:
            yield Line(after=after, who=CONVERSATION, kind="notice", text=_plain(trigger))
        for message_id, status in projection.settled.items():
            text = f"parked reply {words.get(message_id, '')}: {status}"
            yield Line(after=after, who=CONVERSATION, kind="notice", text=text)


def _consequences(record: Record) -> Iterator[Line]:
    words, became = _words_by_message(record.done), _deliveries(record.history)
    for entry in record.history:
        after = entry.at - record.opened_at
        if entry.kind is Kind.STATE:
            yield Line(after=after, who=CONVERSATION, kind="state", text=_state(entry, record.people))
        elif entry.kind is Kind.TIMER:
            text = f"{entry.name} {_timer(entry, record.opened_at)}"
            yield Line(after=after, who=CONVERSATION, kind="timer", text=text)
        elif entry.message_id in became and entry.status == "scheduled":
            text = f"{words.get(entry.message_id, '')} {became[entry.message_id]}"
            yield Line(after=after, who=CONVERSATION, kind="delivery", text=text, towards=CUSTOMER)


def clock(after: timedelta) -> str:
    """`+1d 02:03`: minutes, because seconds are those of the machine that simulated it."""
    minutes = max(0, int(after.total_seconds())) // 60
    days, rest = divmod(minutes, 1440)
    return f"+{days}d {rest // 60:02}:{rest % 60:02}"


def _deliveries(history: Iterable[Entry]) -> dict[MessageId, str]:
    """What became of each message. Told when it set out: the provider here answers at once."""
    return {
        entry.message_id: entry.facts.get("status", entry.status)
        for entry in history
        if entry.message_id and (entry.name, entry.status) == ("deliver_message", "completed")
    }


def _state(entry: Entry, people: dict[AgentId, str]) -> str:
    names = {str(agent_id): name for agent_id, name in people.items()}
    agent = names.get(entry.facts.get("agent", ""))
    return f"{entry.status} ({agent})" if agent else entry.status


def _timer(entry: Entry, opened_at: datetime) -> str:
    if entry.status != "set":
        return entry.status
    return f"set for {clock(datetime.fromisoformat(entry.facts['due']) - opened_at)}"


def _words_by_message(done: Iterable[Done]) -> dict[MessageId, str]:
    return {deed.message_id: _quoted(deed) for deed in done if deed.message_id and deed.what in _SAID}


def _quoted(deed: Done) -> str:
    if deed.what == "template" or not deed.words:
        return deed.words
    return f"“{deed.words}”"


def _plain(name: str) -> str:
    return name.replace("_", " ")
