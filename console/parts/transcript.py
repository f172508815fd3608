"""The middle: everything that was said and what happened in between."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from console.lines import Line
from console.parts.bubbles import LineRow, Withdrawn
from console.parts.keyed import Keyed
from console.parts.markup import attribute, button, say, show_if, tag, words
from console.texts import Texts


class TranscriptPart:
    """Screen readers hear new lines politely. It stays at its end unless somebody scrolls up."""

    def __init__(self, texts: Texts, on_earlier: Callable[[], Any], on_withdraw: Withdrawn) -> None:
        self._texts = texts
        with tag("div", "transcript", id="transcript", tabindex="0") as self._scroller:
            self._earlier = button(texts.earlier, "small earlier").on("click", on_earlier, args=[])
            self._list = tag("ol", "lines", role="log", aria_live="polite", aria_relevant="additions")
        self._typing = words("p", "", "typing", role="status", hidden=True)
        self._lines = Keyed[Line](
            self._list, lambda line: line.key, lambda _: LineRow(texts, on_withdraw)
        )

    def begin(self, name: str) -> None:
        """Another conversation: start at its end."""
        attribute(self._list, "aria-label", self._texts.transcript_of.format(name=name))
        self._lines.show(())
        ui.run_javascript("holdfast.stickToEnd()")

    def show(self, lines: Sequence[Line], *, has_earlier: bool, typing: str) -> None:
        """These lines; `typing` says who is writing the next one, if somebody is."""
        self._lines.show(lines)
        show_if(self._earlier, has_earlier)
        say(self._typing, typing)
        show_if(self._typing, typing)
