"""The facts about a conversation as conditions ask for them: by the name of a field."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from domain.comparisons import ATTRIBUTE, DETAIL, FieldName
from domain.ids import OperatingHoursId
from domain.operating_hours import OperatingHours
from domain.routing_decisions import Facts

# No messenger lets people write more at once than some thousands; what follows is not looked at.
READ_OF_A_TEXT: Final = 10_000
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


def folded(text: str) -> str:
    """The same for all ways to write the same: case, width, and how accents are put together."""
    return unicodedata.normalize("NFKC", text[:READ_OF_A_TEXT]).casefold()


def spaced(folded_text: str) -> str:
    """Only its words, each between two spaces."""
    return f" {' '.join(_WORD.findall(folded_text))} "


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
