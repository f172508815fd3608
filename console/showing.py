"""Puts the conversation that is open on a page, as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from console.actions import offers
from console.layout import Layout
from console.lines import Transcript, lines_of
from console.modes import writing_in
from console.opened import Opened
from console.reader import Reader
from console.standing import Standing, facts_of, note_line, standing_of
from domain.channels import Capabilities
from domain.messages import Note


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is shown of a conversation beside its messages."""

    notes: Sequence[Note]
    names: Mapping[UUID, str]
    capabilities: Capabilities | None
    shows_details: bool


def show_opened(
    layout: Layout, opened: Opened, beside: Beside, *, reader: Reader, at: datetime
) -> None:
    """Head, transcript, composer and details; only what changed is sent."""
    standing = standing_of(opened.view, reader, at)
    _show_lines(layout, opened, beside, standing=standing, reader=reader, at=at)
    _show_actions(layout, opened, beside, standing=standing, reader=reader, at=at)
    notes = [note_line(note, beside.names, reader, at) for note in beside.notes]
    facts = facts_of(opened.view, reader, at, opened.chat)
    layout.details.show(facts, notes, is_shown=beside.shows_details)


def _show_lines(
    layout: Layout,
    opened: Opened,
    beside: Beside,
    *,
    standing: Standing,
    reader: Reader,
    at: datetime,
) -> None:
    transcript = Transcript(
        conversation=opened.view,
        messages=opened.messages,
        notices=opened.notices,
        names=beside.names,
    )
    typing = reader.texts.typing.format(name=standing.name) if opened.is_typing(at) else ""
    lines = lines_of(transcript, reader, at)
    layout.transcript.show(lines, has_earlier=opened.has_earlier, typing=typing)


def _show_actions(
    layout: Layout,
    opened: Opened,
    beside: Beside,
    *,
    standing: Standing,
    reader: Reader,
    at: datetime,
) -> None:
    view = opened.view
    possible = offers(view, reader)
    others = tuple(offer for offer in possible if not offer.is_primary)
    layout.heading.show(standing, others, shows_details=beside.shows_details)
    layout.composer.show(
        writing_in(view, reader, at),
        tuple(offer for offer in possible if offer.is_primary),
        beside.capabilities,
        can_link=view.can_reconnect,
    )
