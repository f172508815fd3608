"""What admins type: forms that know their limits and forbid what they do not know."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from domain import texts
from domain.texts import PRINTABLE
from domain.timers import TimerPolicy

LONGEST: Final = timedelta(days=365)
# Shorter makes no difference to anybody; after longer, somebody should have closed it.
SHORTEST_BLOCK: Final = timedelta(seconds=30)
LONGEST_BLOCK: Final = timedelta(minutes=60)


class Draft(BaseModel):
    """A form as it was filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def given(self) -> dict[str, Any]:
        """What a partial form wants changed: the fields that were filled in, null meaning `leave`."""
        filled = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in filled.items() if value is not None}


# A limited text is also checked for half characters (lone surrogates), which PostgreSQL refuses.
Name: TypeAlias = texts.Name
Email: TypeAlias = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$",
    ),
]
Language: TypeAlias = texts.Language
SettingName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9_:+.-]+)?$", max_length=100)
]
PrivacyVersion: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
SettingValue: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=PRINTABLE),
]
SecretName: TypeAlias = SettingName
SecretValue: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=PRINTABLE),
]
# The names are part of the document's promise only if it says that there are no others.
NO_OTHERS: Final[dict[str, JsonValue]] = {"additionalProperties": False}
Settings: TypeAlias = Annotated[
    dict[SettingName, SettingValue], Field(max_length=50, json_schema_extra=NO_OTHERS)
]
Secrets: TypeAlias = Annotated[
    dict[SecretName, SecretValue], Field(max_length=20, repr=False, json_schema_extra=NO_OTHERS)
]
# Further off, nobody knows what time zones will be; Python's calendar ends, too.
Moment: TypeAlias = Annotated[
    AwareDatetime | None,
    Field(
        ge=datetime(1970, 1, 1, tzinfo=UTC),
        le=datetime(2200, 1, 1, tzinfo=UTC),
        examples=["2026-12-25T10:00:00Z"],
    ),
]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00]*$")]

FITS_EVERYWHERE: Final = 1000
"""Characters. The shortest message of all channels is one of WhatsApp's, with 1,600."""
Said: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$"),
]
Texts: TypeAlias = Annotated[
    dict[Language, Said],
    Field(min_length=1, max_length=100, json_schema_extra=NO_OTHERS),
]


class WordingDraft(Draft):
    """A text in several languages. `default_language` is for everybody who speaks none of them."""

    default_language: Language = "en"
    texts: Texts = Field(examples=[{"en": "We have your message and answer soon."}])

    @model_validator(mode="after")
    def _has_a_default(self) -> Self:
        if self.default_language not in self.texts:
            raise ValueError("`default_language` must be one of the texts.")
        return self


class TimerSettings(TimerPolicy):
    """The durations of a workstream, as an admin may set them."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _within_reason(self) -> "TimerSettings":
        for name, value in self:
            if isinstance(value, timedelta) and not timedelta(0) <= value <= LONGEST:
                raise ValueError(f"{name} must be between nothing and {LONGEST.days} days")
        if self.agent_lost != TimerPolicy().agent_lost:
            raise ValueError(
                "agent_lost is the same everywhere: set it in the organisation's assignment"
            )
        if self.queue_overflow is not None:
            raise ValueError("queue_overflow is that of the queue: set it in the queue's overflow")
        return self

    @model_validator(mode="after")
    def _blocks_within_reason(self) -> "TimerSettings":
        block = self.wrap_up_capacity
        if block and not SHORTEST_BLOCK <= block <= LONGEST_BLOCK:
            raise ValueError(
                "wrap_up_capacity must be null (always), PT0S (never) or between 30 seconds and an hour"
            )
        return self
