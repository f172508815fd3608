"""The dialog in which an agent chooses a template, fills it in and sees what it will say."""

from collections.abc import Awaitable, Callable
from typing import Final

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from application.composing import TemplateChoice
from console.parts.dialog import Dialog
from console.parts.markup import attribute, button, say, show_if, tag, words
from console.template_forms import is_complete, label_of, language_for, languages_of, preview_of
from console.texts import Texts
from domain.configuration import Template
from domain.values import Value

_VALUE: Final = "(event) => emit(event.target.value)"

Chosen = Callable[[TemplateChoice, str], Awaitable[str | None]]
"""Sends the template, with the reply to park behind it if there is one; says what went wrong."""


class Question(Value):
    """Which of these templates, first in which language, and which reply to park behind it.

    No reply (None): replies need no parking now. An empty one: none has been written yet.
    """

    templates: tuple[Template, ...]
    language: str
    reply: str | None


class TemplateDialog:
    """One dialog per page, filled anew each time it opens."""

    def __init__(self, texts: Texts, on_send: Chosen) -> None:
        self._texts = texts
        self._on_send = on_send
        self._dialog = Dialog(texts.choose_template)

    def open(self, question: Question) -> None:
        """Ask."""
        self._dialog.element.clear()
        with self._dialog.element:
            if question.templates:
                _Form(self._texts, self._dialog, question, self._on_send)
            else:
                words("h2", self._texts.choose_template)
                words("p", self._texts.no_templates)
                self._dialog.closing_button(self._texts.cancel)
        self._dialog.open()


class _Form:
    """What is chosen so far."""

    def __init__(self, texts: Texts, dialog: Dialog, question: Question, on_send: Chosen) -> None:
        self._texts = texts
        self._dialog = dialog
        self._templates = {str(each.template_id): each for each in question.templates}
        self._wanted = question.language
        self._reply = question.reply
        self._on_send = on_send
        self._template: Template | None = None
        self._language = ""
        self._values: dict[str, str] = {}
        self._is_under_way = False
        words("h2", texts.choose_template)
        self._problem = words("p", "", "problem", role="alert", hidden=True)
        self._choices()
        self._fields = tag("div", "fields")
        with tag("div", hidden=True) as self._outcome:
            words("p", texts.preview, "label")
            self._preview = words("p", "", "preview-bubble", aria_live="polite", dir="auto")
        self._show_reply()
        self._buttons()

    def _choices(self) -> None:
        with tag("fieldset", "choices"):
            words("legend", self._texts.template)
            for key, template in self._templates.items():
                with tag("label", "choice"):
                    radio = tag("input", type="radio", name="template", value=key)
                    words("span", template.name)
                radio.on("change", self._chosen, js_handler=_VALUE)

    def _show_reply(self) -> None:
        if self._reply is None:
            return
        words("p", self._texts.your_reply if self._reply else self._texts.nothing_to_park, "label")
        if self._reply:
            words("p", self._reply, "preview-bubble parked", dir="auto")

    def _buttons(self) -> None:
        with tag("div", "buttons"):
            self._dialog.closing_button(self._texts.cancel)
            is_parking = bool(self._reply)
            self._senders = [self._sender(self._texts.send_template, "", is_primary=not is_parking)]
            if self._reply:
                both = self._sender(self._texts.send_and_park, self._reply, is_primary=True)
                self._senders.append(both)

    def _sender(self, label: str, reply: str, *, is_primary: bool) -> Element:
        pressed = button(label, "primary" if is_primary else "")
        attribute(pressed, "disabled", value=True)
        return pressed.on("click", lambda: self._send(reply), args=[])

    def _chosen(self, event: GenericEventArguments) -> None:
        template = self._templates[str(event.args)]
        self._template = template
        self._language = language_for(template, self._wanted)
        self._values = {}
        self._fields.clear()
        with self._fields:
            self._languages(template)
            for name in template.variables:
                self._variable(name)
        self._refresh()

    def _languages(self, template: Template) -> None:
        found = languages_of(template)
        if len(found) < 2:  # noqa: PLR2004 - nothing to choose
            return
        with tag("label"):
            words("span", self._texts.language)
            with tag("select") as select:
                for language in found:
                    is_this = language == self._language
                    words("option", language, value=language, selected=is_this)
        select.on("change", self._speak, js_handler=_VALUE)

    def _speak(self, event: GenericEventArguments) -> None:
        self._language = str(event.args)
        self._refresh()

    def _variable(self, name: str) -> None:
        with tag("label"):
            words("span", label_of(name, self._texts))
            field = tag("input", type="text", autocomplete="off", maxlength="1024", dir="auto")
        field.on("input", lambda event: self._fill(name, str(event.args)), js_handler=_VALUE)

    def _fill(self, name: str, value: str) -> None:
        self._values[name] = value
        self._refresh()

    def _refresh(self) -> None:
        if self._template is None:
            return
        show_if(self._outcome, condition=True)
        say(self._preview, preview_of(self._template, self._language, self._values))
        for sender in self._senders:
            attribute(sender, "disabled", not is_complete(self._template, self._values))

    async def _send(self, reply: str) -> None:
        """Once: a second click finds it under way."""
        if self._template is None or self._is_under_way:
            return
        self._is_under_way = True
        choice = TemplateChoice(
            template_id=self._template.template_id, language=self._language, variables=self._values
        )
        problem = await self._on_send(choice, reply)
        self._is_under_way = problem is None
        say(self._problem, problem or "")
        show_if(self._problem, problem)
        if problem is None:
            self._dialog.close()
