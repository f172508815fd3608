"""A timeline on the terminal, or as JSON. What somebody said only when that was asked for."""

import json
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from runtime.timeline.entries import Entry, Timeline


def as_table(timeline: Timeline, *, with_text: bool) -> Table:
    """One row for each entry, with the time since the first one."""
    title = f"conversation {timeline.conversation_id}: {timeline.state}"
    table = Table(title=title, title_justify="left", caption="\n".join(timeline.notices) or None)
    for heading in ("time (UTC)", "since", "source", "what", "status", "about"):
        table.add_column(heading, overflow="fold")
    first = timeline.entries[0].at if timeline.entries else None
    for entry in timeline.entries:
        since = elapsed(entry.at - first) if first else ""
        what = f"{entry.kind} {entry.name}"
        cells = (_clock(entry.at), since, entry.source, what, entry.status, _about(entry, with_text))
        table.add_row(*map(Text, cells))
    return table


def as_json(timeline: Timeline, *, with_text: bool) -> str:
    """The same, for programs."""
    hidden = set[str]() if with_text else {"text"}
    told = timeline.model_dump(mode="json", exclude={"entries"})
    told["entries"] = [
        each.model_dump(mode="json", exclude=hidden, exclude_none=True) for each in timeline.entries
    ]
    return json.dumps(told, indent=2, ensure_ascii=False)


def elapsed(time: timedelta) -> str:
    """`+1d 02:03:04`."""
    seconds = int(time.total_seconds())
    days, rest = divmod(max(seconds, 0), 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"+{days}d {clock}" if days else f"+{clock}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


def _about(entry: Entry, with_text: bool) -> str:  # noqa: FBT001
    parts = [f"message {entry.message_id}"] if entry.message_id else []
    parts += [f"{name} {value}" for name, value in entry.facts.items() if name != "id"]
    if with_text and entry.text:
        parts.append(f"“{entry.text}”")
    return "; ".join(parts)
