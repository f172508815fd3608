"""A small panel above the message field: what the customer may tap beneath the next message."""

from collections.abc import Callable
from typing import Any, Final

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from console.parts.markup import attribute, button, say, show_if, tag, words
from console.suggesting import suggestion_of
from console.texts import Texts
from domain.channels import SuggestionRule
from domain.suggestions import LABEL_LIMIT, MAX_SUGGESTIONS, URL_LIMIT, Suggestion

_VALUE: Final = "(event) => emit(event.target.value)"


class SuggestionPanel:
    """Closed until wanted. What was typed stays until it is sent, or another conversation opens."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._rows: list[_Row] = []
        with tag("fieldset", "suggesting", aria_label=texts.suggestions, hidden=True) as self._panel:
            self._hint = words("p", "", "quiet")
            self._list = tag("ul")
            self._more = button(texts.add_suggestion, "small")
            self._more.on("click", self._add, args=[])

    def button(self) -> Element:
        """Opens and closes the panel."""
        self._toggle = button(self._texts.suggestions, "quiet round", sign="taps")
        attribute(self._toggle, "aria-expanded", "false")
        return self._toggle.on("click", lambda: self._open(is_open=not self._is_open), args=[])

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Raises Unclear, naming the one that is none."""
        found = (suggestion_of(row.label, row.answer, self._texts) for row in self._rows)
        return tuple(each for each in found if each is not None)

    def clear(self) -> None:
        """Nothing is suggested."""
        self._rows.clear()
        self._list.clear()
        self._open(is_open=False)

    def show(self, rule: SuggestionRule | None) -> None:
        """As many as the channel carries; None: it is not offered."""
        show_if(self._toggle, rule)
        show_if(self._panel, rule and self._is_open)
        if rule is not None:
            hint = self._texts.suggestions_carried.format(most=rule.most, limit=rule.label_limit)
            say(self._hint, hint)

    @property
    def _is_open(self) -> bool:
        return bool(self._toggle.props.get("aria-expanded") == "true")

    def _open(self, *, is_open: bool) -> None:
        attribute(self._toggle, "aria-expanded", "true" if is_open else "false")
        show_if(self._panel, is_open)
        if is_open and not self._rows:
            self._add()

    def _add(self) -> None:
        with self._list:
            self._rows.append(_Row(self._texts, self._remove))
        self._show_more()

    def _remove(self, row: "_Row") -> None:
        self._rows.remove(row)
        row.element.delete()
        self._show_more()
        if not self._rows:
            self._open(is_open=False)

    def _show_more(self) -> None:
        show_if(self._more, len(self._rows) < MAX_SUGGESTIONS)


class _Row:
    """A label, and what a tap on it means."""

    def __init__(self, texts: Texts, on_remove: "Callable[[_Row], Any]") -> None:
        self.label = ""
        self.answer = ""
        with tag("li") as self.element:
            label = _field(texts.suggestion_label, LABEL_LIMIT)
            label.on("input", self._labelled, js_handler=_VALUE)
            answer = _field(texts.suggestion_answer, URL_LIMIT)
            answer.on("input", self._answered, js_handler=_VALUE)
            remove = button(texts.remove_suggestion, "quiet", sign="cross")
            remove.on("click", lambda: on_remove(self), args=[])

    def _labelled(self, event: GenericEventArguments) -> None:
        self.label = str(event.args or "")

    def _answered(self, event: GenericEventArguments) -> None:
        self.answer = str(event.args or "")


def _field(label: str, limit: int) -> Element:
    return tag(
        "input",
        type="text",
        aria_label=label,
        placeholder=label,
        maxlength=str(limit),
        autocomplete="off",
        dir="auto",
    )
