"""The facts about a conversation as conditions ask for them: by the name of a field."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from domain.comparisons import ATTRIBUTE, DETAIL, FieldName
from domain.ids import OperatingHoursId
from domain.operating_hours import OperatingHours
from domain.routing_decisions import Facts

# The most that any messenger lets people write at once (LINE); what follows is not looked at.
# https://developers.line.biz/en/reference/messaging-api/#text-message
READ_OF_A_TEXT: Final = 5_000
# What providers call the language of a customer's phone or app, the most telling first.
LOCALES: Final = ("resolved_locale", "user_device_locale", "locale")
_WORD: Final = re.compile(r"\w+")


class Known:
    """What is known so far; classification rules add attributes and the language."""

    def __init__(self, facts: Facts, hours: Mapping[OperatingHoursId, OperatingHours]) -> None:
        self.facts = facts
        self.hours = hours
        self.language = facts.language
        self.attributes: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        self._words: dict[str, Words] = {}

    def value(self, field: str) -> str | None:
        """None where it is not known."""
        if field.startswith(DETAIL):
            return self.facts.details.get(field.removeprefix(DETAIL))
        if field.startswith(ATTRIBUTE):
            return self.attributes.get(field.removeprefix(ATTRIBUTE))
        return _READ[FieldName(field)](self)

    def folded(self, text: str) -> str:
        """For comparing whatever the case; what is asked for again is kept, as long as this is."""
        if text not in self._folded:
            self._folded[text] = folded(text)
        return self._folded[text]

    def words(self, text: str) -> "Words":
        """The same, for comparing words."""
        if text not in self._words:
            self._words[text] = Words(self.folded(text))
        return self._words[text]


def folded(text: str) -> str:
    """The same for all ways to write the same: case, width, and how accents are put together."""
    return unicodedata.normalize("NFKC", text[:READ_OF_A_TEXT]).casefold()


class Words:
    """The words of a text, whatever stands between them."""

    def __init__(self, folded_text: str) -> None:
        found = _WORD.findall(folded_text)
        self.every = frozenset(found)
        self.in_a_row = f" {' '.join(found)} "

    def include(self, others: "Words") -> bool:
        """These, one after the other. Few of many that are asked for have a word in common."""
        return others.every <= self.every and others.in_a_row in self.in_a_row


def _locale(known: Known) -> str | None:
    found = (known.facts.details.get(name) for name in LOCALES)
    return next((locale for locale in found if locale), None)


_READ: Final[Mapping[FieldName, Callable[[Known], str | None]]] = {
    FieldName.CHANNEL: lambda known: known.facts.channel,
    FieldName.ENDPOINT: lambda known: str(known.facts.endpoint_id or "") or None,
    FieldName.PHONE: lambda known: known.facts.phone or None,
    FieldName.NAME: lambda known: known.facts.name or None,
    FieldName.LOCALE: _locale,
    FieldName.TEXT: lambda known: known.facts.text,
    FieldName.LANGUAGE: lambda known: known.language,
}
