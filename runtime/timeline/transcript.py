"""The lines of a transcript, and what became of those that went out, as entries of a timeline."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from domain.messages import (
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    TemplateUse,
    Text,
    Unsupported,
    words_of_cards,
)
from domain.views import DeliveryView, MessageView
from runtime.timeline.entries import Entry, Kind, Source


def entries_of(lines: Sequence[MessageView]) -> Iterator[Entry]:
    """A message when it was written; its delivery when that was last heard of."""
    for line in lines:
        yield _message(line)
        if line.delivery is not None:
            yield _delivery(line, line.delivery)


def words_of(content: Content) -> str:
    """What was said, on one line."""
    match content:
        case Text() | TemplateUse() | Choice() | Unsupported():
            found = content.text
        case Media():
            found = content.caption
        case Cards():
            found = words_of_cards(content)
        case Location():
            found = content.label or ""
        case Erased():
            found = ""
        case _:
            assert_never(content)
    return " ".join(found.split())


def _message(line: MessageView) -> Entry:
    return Entry(
        at=line.at,
        source=Source.TRANSCRIPT,
        kind=Kind.MESSAGE,
        name=line.author,
        status=line.content.kind,
        message_id=line.message_id,
        facts={"seq": str(line.seq), **({"author": str(line.author_id)} if line.author_id else {})},
        text=words_of(line.content),
    )


def _delivery(line: MessageView, delivery: DeliveryView) -> Entry:
    facts = {"attempts": str(delivery.attempts)}
    if delivery.error_code:
        facts["error"] = delivery.error_code
    if delivery.resent_in_doubt:
        facts["resent"] = "in doubt"
    return Entry(
        at=delivery.updated_at or line.at,
        source=Source.DELIVERIES,
        kind=Kind.DELIVERY,
        name="last known",
        status=delivery.status,
        message_id=line.message_id,
        facts=facts,
        text=delivery.error_text,
    )
