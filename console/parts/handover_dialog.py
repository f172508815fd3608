"""A dialog in which somebody is chosen: to hand a conversation over, or to ask for help."""

import json
from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from console.parts.dialog import Dialog
from console.parts.markup import button, say, show_if, tag, words
from console.teamwork import Choice
from domain.values import Value


class HandoverTexts(Value):
    """What it says. Without `note` nothing can be added."""

    title: str
    target: str
    note: str | None = None
    done: str
    nobody: str
    cancel: str


class HandoverDialog:
    """Closes when it was done; else it says why not."""

    def __init__(
        self, texts: HandoverTexts, on_done: Callable[[str, str], Awaitable[str | None]]
    ) -> None:
        self._texts = texts
        self._on_done = on_done
        self._dialog = Dialog(texts.title)

    def open(self, choices: Sequence[Choice]) -> None:
        """Choose among these."""
        texts = self._texts
        self._dialog.element.clear()
        with self._dialog.element:
            words("h2", texts.title)
            if choices:
                self._form(choices)
            else:
                words("p", texts.nobody)
            self._problem = words("p", "", "problem", role="alert", hidden=True)
            with tag("div", "buttons"):
                self._dialog.closing_button(texts.cancel)
                if choices:
                    done = button(texts.done, "primary")
                    done.on("click", self._done, js_handler=self._values())
        self._dialog.open()

    def _form(self, choices: Sequence[Choice]) -> None:
        texts = self._texts
        self._target = tag("select", "target", aria_label=texts.target)
        with self._target:
            for choice in choices:
                words("option", choice.label, value=choice.key)
        self._note = tag("textarea", "note", rows="3", maxlength="10000", dir="auto")
        show_if(self._note, texts.note)
        if texts.note:
            self._note.props["aria-label"] = self._note.props["placeholder"] = texts.note

    def _values(self) -> str:
        target, note = json.dumps(self._target.html_id), json.dumps(self._note.html_id)
        value = "document.getElementById({}).value"
        return f"() => emit([{value.format(target)}, {value.format(note)}])"

    async def _done(self, event: GenericEventArguments) -> None:
        key, note = (str(each) for each in event.args)
        problem = await self._on_done(key, note)
        say(self._problem, problem or "")
        show_if(self._problem, problem)
        if problem is None:
            self._dialog.close()
