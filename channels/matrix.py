"""Draw the matrix in `docs/channels.md` from what the adapters say: `python -m channels.matrix`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from channels import google_business_messages, line, rcs, whatsapp
from channels.extras import (
    ProfileDirectory,
    QuotaDirectory,
    ReadMarks,
    RepresentativeEvents,
    SentLookup,
    TemplateDirectory,
    TypingIndicator,
    WebhookRegistration,
)
from domain.channels import ANY_FILE, Capabilities, ChannelName, MediaRule

FILE: Final = Path(__file__).parents[1] / "docs" / "channels.md"
BEGIN: Final = "<!-- drawn by `make channels`: begin -->\n"
END: Final = "<!-- drawn by `make channels`: end -->"

CAPABILITIES: Final[Mapping[ChannelName, Capabilities]] = {
    ChannelName.WHATSAPP: whatsapp.CAPABILITIES,
    ChannelName.LINE: line.CAPABILITIES,
    ChannelName.RCS: rcs.CAPABILITIES,
    ChannelName.GOOGLE_BUSINESS_MESSAGES: google_business_messages.CAPABILITIES,
}
ADAPTERS: Final[Mapping[ChannelName, type]] = {
    ChannelName.WHATSAPP: whatsapp.WhatsAppChannel,
    ChannelName.LINE: line.LineChannel,
    ChannelName.RCS: rcs.RcsChannel,
    ChannelName.GOOGLE_BUSINESS_MESSAGES: google_business_messages.BusinessMessagesChannel,
}
_EXTRAS: Final[Mapping[str, type]] = {
    "a send without an answer is looked up": SentLookup,
    "templates are listed and synchronised": TemplateDirectory,
    "names are asked for": ProfileDirectory,
    "shows that an agent types": TypingIndicator,
    "shows that an agent has read": ReadMarks,
    "shows who joins and leaves": RepresentativeEvents,
    "webhook registered by us": WebhookRegistration,
    "quota shown": QuotaDirectory,
}


def _yes(*, answer: bool) -> str:
    return "yes" if answer else "·"


def _window(window: timedelta | None) -> str:
    if window is None:
        return "always"
    return f"{window.days} days" if window > timedelta(days=1) else f"{window / timedelta(hours=1):g} h"


def _files(rules: Iterable[MediaRule]) -> str:
    return "<br>".join(f"{rule.max_bytes / 1024 / 1024:g} MB: {_types(rule)}" for rule in rules)


def _types(rule: MediaRule) -> str:
    return ", ".join("any file" if kind == ANY_FILE else kind for kind in rule.types)


def _suggestions(what: Capabilities) -> str:
    rule = what.suggestions
    if rule is None:
        return "as text"
    unit = rule.label_unit.replace("_", " ")
    return f"{rule.most}, labels of {rule.label_limit} {unit}"


def _cards(what: Capabilities) -> str:
    rule = what.cards
    if rule is None:
        return "as text"
    limits = f"title {rule.title_limit:,}, text {rule.text_limit:,}, {rule.most_suggestions} buttons"
    return f"{rule.most_side_by_side} side by side, {limits}"


_ROWS: Final[Mapping[str, Callable[[Capabilities], str]]] = {
    "longest text": lambda what: f"{what.text_limit:,} {what.text_unit.replace('_', ' ')}",
    "free text leaves": lambda what: _window(what.service_window),
    "templates": lambda what: _yes(answer=what.templates),
    "files in": lambda what: _files(what.inbound_media),
    "files out": lambda what: _files(what.outbound_media),
    "files per message": lambda what: str(what.media_per_message),
    "suggestions": _suggestions,
    "cards": _cards,
    "delivery receipts": lambda what: _yes(answer=what.delivery_receipts),
    "read receipts": lambda what: _yes(answer=what.read_receipts),
    "a send without an answer is repeated with its key": lambda what: _yes(answer=what.idempotent_send),
    "customers take back and change": lambda what: _yes(answer=what.afterthoughts),
    "data goes to": lambda what: what.data_goes_to or "nobody",
    "not in the region": lambda what: ", ".join(what.forbidden_regions) or "·",
    "ended by its provider": lambda what: str(what.deprecated_on or "·"),
    "connect instead": lambda what: ", ".join(f"`{name}`" for name in what.replaced_by) or "·",
}


def matrix() -> str:
    """What each channel carries, as a table in Markdown."""
    return "".join(_table())


def _table() -> Iterator[str]:
    yield _row(["", *(f"`{name}`" for name in CAPABILITIES)])
    yield _row(["---"] * (len(CAPABILITIES) + 1))
    for title, tell in _ROWS.items():
        yield _row([title, *(tell(what) for what in CAPABILITIES.values())])
    for title, extra in _EXTRAS.items():
        offered = (issubclass(ADAPTERS[name], extra) for name in CAPABILITIES)
        yield _row([title, *(_yes(answer=each) for each in offered)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def redrawn(page: str) -> str:
    """The page with today's matrix between its marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}{matrix()}{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    FILE.write_text(redrawn(FILE.read_text()))
