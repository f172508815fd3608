"""The left side: the conversations this agent may see."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui.element import Element

from console import paths
from console.cards import Card, Cards, Group
from console.parts.keyed import Keyed
from console.parts.markup import attribute, icon, say, show_if, tag, words
from console.texts import Texts
from domain.ids import ConversationId

# A click with Ctrl or the middle button is the browser's: it opens the conversation in a new tab.
_FOLLOW: Final = "(event) => { if (holdfast.follow(event)) emit(); }"

Opened = Callable[[ConversationId], Any]


class ConversationList:
    """Three groups of cards."""

    def __init__(self, texts: Texts, on_open: Opened) -> None:
        self._empty = {Group.MINE: texts.none_mine, Group.OPEN: texts.none_open}
        with tag("nav", "conversations", aria_label=texts.conversations):
            self._groups = {
                Group.MINE: _Group(texts.group_mine, texts, on_open),
                Group.OPEN: _Group(texts.group_open, texts, on_open),
                Group.OTHERS: _Group(texts.group_others, texts, on_open),
            }

    def show(self, groups: Mapping[Group, Cards]) -> None:
        """These cards."""
        for group, cards in groups.items():
            self._groups[group].show(cards, self._empty.get(group))


class _Group:
    """A heading, its cards, and how many more there are."""

    def __init__(self, title: str, texts: Texts, on_open: Opened) -> None:
        self._texts = texts
        with tag("section", "group") as self._section:
            with tag("h2"):
                words("span", title)
                self._count = words("span", "", "count")
            self._empty = words("p", "", "quiet empty")
            cards = tag("ul", "cards")
            self._hidden = words("p", "", "quiet empty")
        self._cards = Keyed[Card](
            cards, lambda card: card.conversation_id, lambda card: _CardRow(card, texts, on_open)
        )

    def show(self, cards: Cards, empty: str | None) -> None:
        self._cards.show(cards.cards)
        say(self._count, str(len(cards.cards) + cards.hidden))
        say(self._empty, empty or "")
        say(self._hidden, self._texts.not_all_shown.format(count=cards.hidden))
        show_if(self._section, cards.cards or empty)
        show_if(self._count, cards.cards)
        show_if(self._empty, empty and not cards.cards)
        show_if(self._hidden, cards.hidden)


class _CardRow:
    """One card: a link, so that it works with every key and button a link works with."""

    def __init__(self, card: Card, texts: Texts, on_open: Opened) -> None:
        self._texts = texts
        self.element = tag("li")
        with self.element:
            self._link = tag("a", "card", href=paths.conversation(card.conversation_id))
        self._link.on("click", lambda: on_open(card.conversation_id), js_handler=_FOLLOW)

    def fill(self, card: Card) -> None:
        attribute(self._link, "aria-current", "true" if card.is_selected else None)
        self._link.classes(
            add="unread" if card.is_unread else "", remove="" if card.is_unread else "unread"
        )
        self._link.clear()
        with self._link:
            avatar(card.name)
            self._first_line(card)
            self._second_line(card)
            self._third_line(card)

    def _first_line(self, card: Card) -> None:
        with tag("span", "line"):
            words("span", card.name, "name")
            words("span", card.time, "time")

    def _second_line(self, card: Card) -> None:
        with tag("span", "line"):
            words("span", card.preview, "preview", dir="auto")
            if card.is_unread:
                icon("dot", self._texts.unread)

    def _third_line(self, card: Card) -> None:
        with tag("span", "line facts"):
            for fact in (card.channel, card.state, card.waiting):
                if fact:
                    words("span", fact)
            if card.window:
                words("span", card.window, "urgent" if card.is_urgent else "")


def avatar(name: str) -> Element:
    """The first letter of a name; nothing is fetched from anywhere."""
    first = next((letter for letter in name if letter.isalnum()), "?")
    return words("span", first.upper(), f"avatar tint{sum(map(ord, name)) % 6}", aria_hidden="true")
