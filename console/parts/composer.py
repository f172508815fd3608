"""Where an agent writes: free text, files, templates, or nothing and the reason why."""

import json
from collections.abc import Callable
from typing import Any, Final

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from console import paths
from console.actions import Action, Offer
from console.modes import Mode, Writing
from console.parts.markup import attribute, button, icon, say, show_if, tag, words
from console.parts.suggesting import SuggestionPanel
from console.parts.uploads import Attached, Uploads
from console.texts import Texts
from domain.channels import Capabilities
from domain.ids import ConversationId
from domain.suggestions import Suggestion

# What is being typed stays in the browser until it is sent: it survives a reload. Only that somebody
# types is told, every few seconds.
_ENTER: Final = "(event) => { if (holdfast.enterSends(event)) emit(holdfast.text()); }"
_TEXT: Final = "() => emit(holdfast.text())"

Said = Callable[[str], Any]


class Composer:
    """Shows what may be written; hands over what was."""

    def __init__(
        self,
        texts: Texts,
        *,
        on_send: Said,
        on_template: Said,
        on_action: Callable[[Action], Any],
    ) -> None:
        self._texts = texts
        self._on_action = on_action
        self._offered: tuple[Offer, ...] = ()
        self._writing: Writing | None = None
        with tag("section", "composer", aria_label=texts.message):
            self._problem = words("p", "", "problem", role="alert", hidden=True)
            with tag("div", "hint") as self._hint_bar:
                self._hint = words("span", "")
                self._offers = tag("span", "offers")
            self._uploads = Uploads(texts, self.complain)
            self._suggesting = SuggestionPanel(texts)
            with tag("div", "writer") as self._writer:
                self._attach = self._uploads.button()
                self._suggesting.button()
                self._draft(on_send)
                self._template = self._template_button(on_template)
                self._send = button(texts.send, "primary round", sign="send")
                self._send.on("click", _said(on_send), js_handler=_TEXT)

    @property
    def attached(self) -> tuple[Attached, ...]:
        """The files that go with the next message."""
        return self._uploads.attached

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What the customer may tap beneath it. Raises Unclear."""
        return self._suggesting.suggestions

    def begin(self, conversation_id: ConversationId) -> None:
        """Another conversation: its own draft, no files, no complaint."""
        self.complain(None)
        self._uploads.begin(paths.attachments(conversation_id))
        self._suggesting.clear()
        ui.run_javascript(f"holdfast.openDraft('{conversation_id}')")

    def show(
        self, writing: Writing, offers: tuple[Offer, ...], capabilities: Capabilities | None
    ) -> None:
        """As much as the conversation allows now; what failed before that changed is past."""
        if writing != self._writing:
            self._writing = writing
            self.complain(None)
        is_free, is_off = writing.mode is Mode.FREE, writing.mode is Mode.OFF
        show_if(self._writer, not is_off)
        show_if(self._send, is_free)
        can = capabilities or Capabilities(text_limit=0)
        show_if(self._attach, is_free and can.outbound_media)
        show_if(self._template, can.templates)
        self._suggesting.show(can.suggestions if is_free else None)
        self._template.classes(
            add="quiet" if is_free else "primary", remove="primary" if is_free else "quiet"
        )
        self._writer.classes(add="" if is_free else "guarded", remove="guarded" if is_free else "")
        placeholder = self._texts.write if is_free else self._texts.write_parked
        attribute(self._area, "placeholder", placeholder)
        self._show_hint(writing, offers)

    def complain(self, problem: str | None) -> None:
        """Say why something did not happen; None: all is well again."""
        say(self._problem, problem or "")
        show_if(self._problem, problem)

    def sent(self, conversation_id: ConversationId, text: str) -> None:
        """It is on its way. What was typed meanwhile stays."""
        self.complain(None)
        self._uploads.clear()
        self._suggesting.clear()
        ui.run_javascript(f"holdfast.sent('{conversation_id}', {json.dumps(text)})")

    def focus(self) -> None:
        """Let the agent type at once."""
        ui.run_javascript("holdfast.focusDraft()")

    def _draft(self, on_send: Said) -> None:
        self._area = tag(
            "textarea",
            "draft",
            id="draft",
            rows="1",
            dir="auto",
            aria_label=self._texts.message,
            title=self._texts.enter_sends,
            enterkeyhint="send",
        )
        self._area.on("keydown", _said(on_send), js_handler=_ENTER)

    def _template_button(self, on_template: Said) -> Element:
        """A sign beside free text; the main thing to do where only templates may leave."""
        label = self._texts.choose_template
        pressed = tag("button", "button template", type="button", aria_label=label, title=label)
        with pressed:
            icon("template")
            words("span", label)
        return pressed.on("click", _said(on_template), js_handler=_TEXT)

    def _show_hint(self, writing: Writing, offers: tuple[Offer, ...]) -> None:
        show_if(self._hint_bar, writing.hint or offers)
        self._hint_bar.classes(
            add="warning" if writing.is_warning else "", remove="" if writing.is_warning else "warning"
        )
        say(self._hint, writing.hint or "")
        if offers != self._offered:
            self._show_offers(offers)

    def _show_offers(self, offers: tuple[Offer, ...]) -> None:
        self._offered = offers
        self._offers.clear()
        with self._offers:
            for offer in offers:
                self._offer(offer)

    def _offer(self, offer: Offer) -> None:
        pressed = button(offer.label, "primary", hint=offer.hint)
        pressed.on("click", lambda: self._on_action(offer.action), args=[])


def _said(handle: Said) -> Callable[[GenericEventArguments], Any]:
    return lambda event: handle(str(event.args or ""))
