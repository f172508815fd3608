"""At the top of the left side: what one is offered, with the time that is left to answer."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from nicegui.element import Element

from console.offer_cards import OfferCard
from console.parts.conversation_list import avatar
from console.parts.keyed import Keyed
from console.parts.markup import attribute, button, say, show_if, tag, words
from console.texts import Texts
from domain.ids import OfferId

_REASON: Final = "() => emit(holdfastOffers.reason('{field}'))"

Accepted = Callable[[OfferId], Any]
Declined = Callable[[OfferId, str], Any]


class OfferPanel:
    """The browser rings, counts down and says what was seen; see offers.js."""

    def __init__(self, texts: Texts, *, on_accept: Accepted, on_decline: Declined) -> None:
        self._texts = texts
        self._rows: dict[OfferId, _OfferRow] = {}
        with tag("section", "offered", aria_label=texts.offered, hidden=True) as self._section:
            with tag("h2"):
                words("span", texts.offered)
                self._count = words("span", "", "count")
            offers = tag("ul", "offers-list", id="offers")
            _notify_question(texts)
        self._problem = words("p", "", "problem offer-problem", role="alert", hidden=True)
        words("p", "", "heard", id="offer-heard", aria_live="assertive")
        self._cards = Keyed[OfferCard](
            offers,
            lambda card: card.offer_id,
            lambda card: self._row(_OfferRow(card, texts, on_accept, on_decline)),
        )

    def show(self, cards: Sequence[OfferCard]) -> None:
        """These offers. With a new one, what went wrong before is past."""
        if any(card.offer_id not in self._rows for card in cards):
            show_if(self._problem, condition=False)
        self._cards.show(cards)
        say(self._count, str(len(cards)))
        show_if(self._section, cards)
        self._rows = {card.offer_id: self._rows[card.offer_id] for card in cards}

    def complain(self, offer_id: OfferId, problem: str) -> None:
        """Say why an answer was not taken, also when the offer is gone meanwhile."""
        if offer_id in self._rows:
            self._rows[offer_id].complain(problem)
        else:
            say(self._problem, problem)
            show_if(self._problem, condition=True)

    def _row(self, row: "_OfferRow") -> "_OfferRow":
        self._rows[row.offer_id] = row
        return row


class _OfferRow:
    """One offer, its countdown and the two answers."""

    def __init__(
        self, card: OfferCard, texts: Texts, on_accept: Accepted, on_decline: Declined
    ) -> None:
        self.offer_id = card.offer_id
        self._texts = texts
        with tag("li", "offer") as self.element:
            self._told = tag("div", "told")
            with tag("span", "countdown", role="timer", aria_label=texts.time_to_answer):
                self._left = words("b", "", "left")
            self._problem = words("p", "", "problem", role="alert", hidden=True)
            with tag("div", "answers") as self._answers:
                accept = button(texts.accept, "primary accept", hint=texts.accept_hint)
                accept.on("click", lambda: on_accept(self.offer_id), args=[])
                attribute(accept, "aria-keyshortcuts", "Alt+Shift+A")
                self._decline = button(texts.decline, "decline", hint=texts.decline_hint)
                self._decline.on("click", lambda: self._ask(is_asking=True), args=[])
                attribute(self._decline, "aria-keyshortcuts", "Alt+Shift+D")
            self._declining = self._reason_form(on_decline)

    def fill(self, item: OfferCard) -> None:
        heard = self._texts.offer_heard.format(name=item.name, facts=item.facts)
        attribute(self.element, "data-offer", str(item.offer_id))
        attribute(self.element, "data-heard", heard)
        attribute(self._left, "data-until", item.ends_at.isoformat())
        attribute(self._left, "data-seconds", str(item.seconds))
        show_if(self._decline, item.may_decline)
        self._told.clear()
        with self._told:
            _told(item)

    def complain(self, problem: str) -> None:
        say(self._problem, problem)
        show_if(self._problem, condition=True)

    def _reason_form(self, on_decline: Declined) -> Element:
        texts = self._texts
        field_id = f"reason-{self.offer_id}"
        with tag("div", "declining", hidden=True) as form:
            self._field = tag(
                "input",
                type="text",
                id=field_id,
                aria_label=texts.decline_reason,
                placeholder=texts.decline_reason,
                maxlength="1000",
                autocomplete="off",
                dir="auto",
            )
            sure = button(texts.decline_now, "danger decline-now")
            sure.on(
                "click",
                lambda event: on_decline(self.offer_id, str(event.args or "")),
                js_handler=_REASON.format(field=field_id),
            )
            button(texts.keep_offer, "quiet keep").on(
                "click", lambda: self._ask(is_asking=False), args=[]
            )
        return form

    def _ask(self, *, is_asking: bool) -> None:
        """Declining may have consequences, so it takes a second press. The browser moves the focus."""
        show_if(self._answers, not is_asking)
        show_if(self._declining, is_asking)


def _told(card: OfferCard) -> None:
    avatar(card.name)
    words("strong", card.name, "name", dir="auto")
    words("span", card.standing, "badge known" if card.is_known else "badge")
    words("p", card.facts, "facts")
    if card.purpose:
        words("p", card.purpose, "facts")
    if card.said:
        words("p", card.said, "said", dir="auto")
    if card.fields:
        with tag("dl", "fields-told"):
            for field in card.fields:
                with tag("div"):
                    words("dt", field.label)
                    words("dd", field.value, dir="auto")


def _notify_question(texts: Texts) -> None:
    """Shown by the browser, if it has not been answered in it yet."""
    with tag("div", "notify", id="offer-notify", hidden=True):
        words("p", texts.notify_question)
        button(texts.notify_yes, "small").on("click", js_handler="() => holdfastOffers.allow()")
        button(texts.notify_no, "small quiet").on("click", js_handler="() => holdfastOffers.refuse()")
