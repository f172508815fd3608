"""What admins type about a widget, checked as a whole: origins, pages, questions, colours, sign-in."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal, Self, TypeAlias
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from application.configuration.drafts import NO_OTHERS, Language
from channels.shop_keys import pem_key
from domain.errors import InvalidInput
from domain.texts import PRINTABLE
from domain.widgets import (
    COLORS,
    FONT,
    LAYER,
    LENGTHS,
    TIME_LIMITS,
    Invitation,
    Question,
    QuestionKind,
    Reconnecting,
    ShopSignIn,
    WidgetSettings,
)

LONGEST_URL: Final = 100
"""Of portal and redirect page: a link with its token must stay short enough for any messenger."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.?|[0-9a-f:]+")
_COLOR: Final = re.compile(r"#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|[a-zA-Z]{3,30}")
_LENGTH: Final = re.compile(r"\d{1,4}(\.\d{1,3})?(px|rem|em|vh|vw|%)|0")
_FONT: Final = re.compile(r"[A-Za-z0-9 ,'\"-]{1,200}")
_LAYER: Final = re.compile(r"\d{1,10}")
_PATTERNS: Final = {
    **dict.fromkeys(COLORS, _COLOR),
    **dict.fromkeys(LENGTHS, _LENGTH),
    FONT: _FONT,
    LAYER: _LAYER,
}
_FORBIDDING: Final = ConfigDict(frozen=True, extra="forbid")


def _parts(url: str) -> SplitResult:
    """Raise ValueError unless a browser of a stranger may be sent there."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or parts.username is not None:
        raise ValueError(
            "must be an address like https://shop.example, with an international name in its xn-- form"
        )
    if parts.scheme == "http" and host not in _LOCAL:
        raise ValueError("must begin with https:// (http:// only for localhost)")
    return parts


def origin(url: str) -> str:
    """Scheme, host and port as a browser writes them in `Origin`. Raise ValueError."""
    parts = _parts(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _only_an_origin(text: str) -> str:
    parts = _parts(text)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("must be scheme, host and port only, like https://shop.example")
    return origin(text)


def _page(text: str) -> str:
    if _parts(text).fragment:
        raise ValueError("must have no part after #")
    return text


Origin: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_only_an_origin)
]
Page: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL, pattern=r"^[\x21-\x7e]+$"),
    AfterValidator(_page),
]
KeySetUrl: TypeAlias = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_page)
]
_Line: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)
]


class QuestionForm(Question):
    """A field of a survey. `options` are for the kind `options`; a consent is always required."""

    model_config = _FORBIDDING

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
    kind: QuestionKind = "text"
    options: tuple[_Line, ...] = Field(default=(), max_length=50)
    required: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "options") != bool(self.options):
            raise ValueError("options are for questions of the kind `options`, which need them")
        if len(set(self.options)) != len(self.options):
            raise ValueError("each option can be offered once only")
        if self.kind == "consent" and not self.required:
            raise ValueError("a consent must be required: who does not agree cannot go on")
        return self


class InvitationForm(Invitation):
    """A proactive chat."""

    model_config = _FORBIDDING

    text: _Line
    after_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    page: _Line | None = None


class ReconnectingForm(Reconnecting):
    """Coming back to the same agent. `time_limit`: one of the listed durations."""

    model_config = _FORBIDDING

    time_limit: timedelta = Field(default=timedelta(minutes=2), examples=["PT2M"])
    portal_url: Page | None = Field(default=None, examples=["https://shop.example/help"])
    redirect_url: Page | None = Field(default=None, examples=["https://shop.example/contact"])

    @field_validator("time_limit")
    @classmethod
    def _one_of_the_choices(cls, chosen: timedelta) -> timedelta:
        if chosen not in TIME_LIMITS:
            choices = ", ".join(str(limit) for limit in TIME_LIMITS)
            raise ValueError(f"must be one of {choices}")
        return chosen


class ShopSignInForm(ShopSignIn):
    """How the shop vouches for its customers: its key set's address, or its public key."""

    model_config = _FORBIDDING

    issuer: _Line = Field(examples=["https://shop.example"])
    audience: _Line | None = None
    jwks_url: KeySetUrl | None = Field(default=None, examples=["https://shop.example/jwks.json"])
    public_key: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] | None = None

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("set either jwks_url or public_key")
        if self.public_key is not None:
            try:
                pem_key(self.public_key)
            except InvalidInput as error:
                raise ValueError(str(error)) from None
        return self


class SettingsForm(WidgetSettings):
    """All settings of a widget. What is left out gets its default."""

    model_config = _FORBIDDING

    allowed_origins: tuple[Origin, ...] = Field(
        default=(), max_length=50, examples=[["https://shop.example"]]
    )
    languages: tuple[Language, ...] = Field(default=(), max_length=50)
    pre_chat: tuple[QuestionForm, ...] = Field(default=(), max_length=10)
    post_chat: tuple[QuestionForm, ...] = Field(default=(), max_length=10)
    proactive: tuple[InvitationForm, ...] = Field(default=(), max_length=10)
    reconnecting: ReconnectingForm = ReconnectingForm()
    sign_in: ShopSignInForm | None = None
    theme: dict[str, str] = Field(
        default_factory=dict,
        max_length=len(_PATTERNS),
        examples=[{"--holdfast-accent": "#0b6e4f"}],
        json_schema_extra=NO_OTHERS,
    )
    position: Literal["left", "right"] = "right"

    @field_validator("pre_chat", "post_chat")
    @classmethod
    def _named_once(cls, questions: tuple[QuestionForm, ...]) -> tuple[QuestionForm, ...]:
        names = [question.name for question in questions]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"each question needs a name of its own; more than one is {min(twice)}")
        return questions

    @field_validator("theme")
    @classmethod
    def _harmless(cls, theme: dict[str, str]) -> dict[str, str]:
        for name, value in theme.items():
            _check_property(name, value)
        return theme

    @model_validator(mode="after")
    def _portal_carries_the_widget(self) -> Self:
        portal = self.reconnecting.portal_url
        if portal is not None and origin(portal) not in self.allowed_origins:
            raise ValueError(
                "reconnecting.portal_url must be a page of one of the allowed_origins: it has to carry"
                " the widget"
            )
        return self

    def settings(self) -> WidgetSettings:
        """The same as a value of the domain."""
        return WidgetSettings.model_validate(self.model_dump())


def _check_property(name: str, value: str) -> None:
    """Nothing that could load something or leave its declaration."""
    pattern = _PATTERNS.get(name)
    if pattern is None:
        raise ValueError(f"{name[:50]} is no property of the widget; known are {', '.join(_PATTERNS)}")
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} must be a colour like #0b6e4f, a length like 12px or a list of fonts")
