"""Beside the transcript: who the customer is, and the team's notes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from nicegui import ui

from console.chat_facts import Fact
from console.parts.keyed import Keyed
from console.parts.markup import button, say, show_if, tag, words
from console.standing import NoteLine
from console.texts import Texts

_NOTE: Final = "() => emit(document.getElementById('note').value)"


class Details:
    """Facts and notes, and room for `more`. Adding a note says whether it was kept."""

    def __init__(
        self,
        texts: Texts,
        *,
        on_note: Callable[[str], Awaitable[bool]],
        on_close: Callable[[], Any],
    ) -> None:
        self._on_note = on_note
        with tag("aside", "details", aria_label=texts.details, hidden=True) as self._aside:
            with tag("div", "details-head"):
                words("h2", texts.customer)
                button(texts.hide_details, "quiet", sign="cross").on("click", on_close, args=[])
            facts = tag("dl", "facts-list")
            self.more = tag("div", "more-details")
            words("h2", texts.notes)
            words("p", texts.notes_hint, "quiet")
            self._none = words("p", texts.no_notes, "quiet empty")
            notes = tag("ul", "notes")
            tag("textarea", id="note", rows="3", aria_label=texts.new_note, placeholder=texts.new_note)
            add = button(texts.add_note, "")
            add.on("click", lambda event: self._add(str(event.args or "")), js_handler=_NOTE)
        self._facts = Keyed[Fact](facts, lambda fact: fact.label, lambda _: _FactRow())
        self._notes = Keyed[NoteLine](notes, lambda note: note.key, lambda _: _NoteRow())

    def show(self, facts: Sequence[Fact], notes: Sequence[NoteLine], *, is_shown: bool) -> None:
        """These."""
        self._facts.show(facts)
        self._notes.show(notes)
        show_if(self._none, not notes)
        show_if(self._aside, is_shown)

    def hide(self) -> None:
        """There is nothing to be told."""
        show_if(self._aside, condition=False)

    async def _add(self, text: str) -> None:
        if text.strip() and await self._on_note(text.strip()):
            ui.run_javascript("document.getElementById('note').value = ''")


class _FactRow:
    """A term and its description."""

    def __init__(self) -> None:
        self.element = tag("div")
        with self.element:
            self._label = words("dt", "")
            self._value = words("dd", "", dir="auto")

    def fill(self, item: Fact) -> None:
        say(self._label, item.label)
        say(self._value, item.value)


class _NoteRow:
    """Who wrote what, when."""

    def __init__(self) -> None:
        self.element = tag("li")

    def fill(self, item: NoteLine) -> None:
        self.element.clear()
        with self.element:
            words("strong", item.author)
            words("time", item.time)
            words("p", item.text, "said", dir="auto")
