"""Above the transcript: who it is, how things stand, and what can be done."""

from collections.abc import Callable
from typing import Any, Final

from nicegui.element import Element

from console import paths
from console.actions import Action, Offer
from console.parts.conversation_list import avatar
from console.parts.dialog import Dialog
from console.parts.markup import attribute, button, icon, say, show_if, tag, words
from console.standing import Countdown, Standing
from console.texts import Texts

_HOME: Final = "(event) => { if (holdfast.follow(event)) emit(); }"


class Heading:
    """The head of a conversation."""

    def __init__(
        self,
        texts: Texts,
        *,
        on_back: Callable[[], Any],
        on_action: Callable[[Action], Any],
        on_details: Callable[[], Any],
    ) -> None:
        self._texts = texts
        self._on_action = on_action
        self._offers: tuple[Offer, ...] = ()
        with tag("header", "heading"):
            with tag("a", "button sign back", href=f"{paths.HOME}/", aria_label=texts.back) as back:
                icon("back")
            back.on("click", on_back, js_handler=_HOME)
            self._avatar = tag("span", "avatar-place")
            with tag("div", "who"):
                self._name = words("h1", "", dir="auto")
                with tag("p", "facts"):
                    self._state = words("span", "", "state")
                    self._window = words("span", "", "window")
                    self._away = self._countdown()
                    self._facts = words("span", "", "more")
            self._actions = tag("div", "actions")
            self._details = button(texts.details, "quiet", sign="panel")
            self._details.on("click", on_details, args=[])
        self._confirm = Dialog(texts.force_close_title)

    def show(self, standing: Standing, offers: tuple[Offer, ...], *, shows_details: bool) -> None:
        """A conversation, as it stands."""
        self._show_avatar(standing.name)
        say(self._name, standing.name)
        say(self._state, standing.state)
        say(self._facts, standing.facts)
        say(self._window, standing.window or "")
        show_if(self._window, standing.window)
        self._window.classes(
            add="urgent" if standing.is_urgent else "", remove="" if standing.is_urgent else "urgent"
        )
        attribute(self._details, "aria-expanded", "true" if shows_details else "false")
        self._show_away(standing.away)
        self._show_offers(offers)

    def _countdown(self) -> Element:
        with tag("span", "countdown", role="timer") as away:
            self._away_label = words("span", "")
            self._left = words("b", "", "left")
        return away

    def _show_away(self, away: Countdown | None) -> None:
        """The browser counts; it begins anew when another end is told."""
        show_if(self._away, away)
        say(self._away_label, f"{away.label}:" if away else "")
        attribute(self._left, "data-seconds", str(away.seconds) if away else None)
        attribute(self._left, "data-until", away.ends_at.isoformat() if away else None)

    def _show_avatar(self, name: str) -> None:
        if self._name.text != name:
            self._avatar.clear()
            with self._avatar:
                avatar(name)

    def _show_offers(self, offers: tuple[Offer, ...]) -> None:
        if offers == self._offers:
            return
        self._offers = offers
        self._actions.clear()
        with self._actions:
            for offer in offers:
                self._offer(offer)

    def _offer(self, offer: Offer) -> None:
        is_forced = offer.action is Action.FORCE_CLOSE
        pressed = button(offer.label, "danger" if is_forced else "", hint=offer.hint)
        if is_forced:
            pressed.on("click", self._ask_first, args=[])
        else:
            pressed.on("click", lambda: self._on_action(offer.action), args=[])

    def _ask_first(self) -> None:
        self._confirm.element.clear()
        with self._confirm.element:
            words("h2", self._texts.force_close_title)
            words("p", self._texts.force_close_warning)
            with tag("div", "buttons"):
                self._confirm.closing_button(self._texts.cancel)
                sure = button(self._texts.force_close, "danger")
                sure.on("click", self._sure, args=[])
        self._confirm.open()

    async def _sure(self) -> None:
        self._confirm.close()
        await self._on_action(Action.FORCE_CLOSE)
