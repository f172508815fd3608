"""The lines of a transcript, and what became of those that went out, as entries of a timeline."""

from collections.abc import Iterator, Sequence

from domain.messages import Content
from domain.views import DeliveryView, MessageView
from domain.words import words_of
from runtime.timeline.entries import Entry, Kind, Source


def entries_of(lines: Sequence[MessageView]) -> Iterator[Entry]:
    """A message when it was written; its delivery when that was last heard of."""
    for line in lines:
        yield _message(line)
        if line.delivery is not None:
            yield _delivery(line, line.delivery)


def on_one_line(content: Content) -> str:
    """What was said."""
    return " ".join(words_of(content).split())


def _message(line: MessageView) -> Entry:
    return Entry(
        at=line.at,
        source=Source.TRANSCRIPT,
        kind=Kind.MESSAGE,
        name=line.author,
        status=line.content.kind,
        message_id=line.message_id,
        facts={"seq": str(line.seq), **({"author": str(line.author_id)} if line.author_id else {})},
        text=on_one_line(line.content),
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
