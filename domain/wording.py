"""What customers are told, in several languages."""

from collections.abc import Container
from typing import NamedTuple

from pydantic import Field

from domain.values import Value


class Worded(NamedTuple):
    """A text, and the language it is in."""

    language: str
    text: str


class Wording(Value):
    """One text in several languages, one of which is for everybody else."""

    default_language: str = "en"
    texts: dict[str, str] = Field(default_factory=dict)

    def in_language(self, language: str) -> Worded | None:
        """In that language, else in its base language, else in the default one."""
        found = closest(self.texts, language, self.default_language)
        return Worded(found, self.texts[found]) if found else None


def closest(known: Container[str], wanted: str, default: str) -> str | None:
    """Which of the known languages to speak."""
    base = wanted.replace("_", "-").split("-")[0]
    return next((each for each in (wanted, base, default) if each in known), None)
