"""What customers are told and asked at the beginning: monitoring notice and consent question."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from domain.ids import ConversationId, MessageId
from domain.messages import Choice, Content, DeliveryStatus, Text
from domain.values import Value
from domain.wording import Wording, closest

LONGEST_ANSWER: Final = 40
"""Characters. Who writes more than this says more than yes or no."""
_TO_IGNORE: Final = re.compile(r"[\s.,!?\u3002\uff01\uff0e]+")


class NoticeChoice(StrEnum):
    """Whether the customers of a workstream get the organisation's monitoring notice."""

    AS_ORGANIZATION = "as_organization"
    ON = "on"
    OFF = "off"


class MonitoringNotice(Wording):
    """That conversations are kept, read or recorded. `text_version` counts its wordings."""

    enabled: bool = False
    text_version: int = 0


class ConsentText(Value):
    """The question in one language, and the words that answer it."""

    question: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


class ConsentQuestion(Value):
    """What a workstream asks each of its customers once. `text_version` counts its wordings."""

    mode: Literal["off", "ask"] = "off"
    default_language: str = "en"
    texts: dict[str, ConsentText] = Field(default_factory=dict)
    text_version: int = 0

    def language_for(self, language: str) -> str | None:
        """In which language to ask."""
        return closest(self.texts, language, self.default_language)

    @property
    def yes(self) -> tuple[str, ...]:
        """What means yes, in any language, as `as_answer` writes it."""
        return _words(word for text in self.texts.values() for word in text.yes)

    @property
    def no(self) -> tuple[str, ...]:
        return _words(word for text in self.texts.values() for word in text.no)


class ConsentState(StrEnum):
    """What a customer made of the question."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


class ConsentShown(Value):
    """Whether a customer agreed: when they were asked what, and what they answered where."""

    state: ConsentState
    text_version: int
    language: str
    asked_at: datetime
    conversation_id: ConversationId
    question_message_id: MessageId
    answered_at: datetime | None = None
    answer_message_id: MessageId | None = None


class NoticeShown(Value):
    """That a customer was told. `told` once the provider took the message."""

    message_id: MessageId
    at: datetime
    status: DeliveryStatus
    told: bool
    text_version: int | None = None
    """None: it is not kept any more."""
    language: str | None = None


def as_answer(text: str) -> str:
    """A word as answers are compared: whatever its case, its width and the marks around it."""
    return _TO_IGNORE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def answer_in(content: Content) -> str | None:
    """What may be an answer; None for what surely is none."""
    if not isinstance(content, Text | Choice) or len(content.text) > LONGEST_ANSWER:
        return None
    return as_answer(content.text) or None


def _words(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(as_answer(word) for word in said))
