"""What an application may ask Google to show, and what Google refuses at once. No clock, no I/O."""

from typing import Annotated, Any, Final, TypeAlias, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.google.errors import GoogleError
from simulator.records import Action, ShownCard

TEXT_LIMIT: Final = 3072
_DESCRIPTION_LIMIT: Final = 2000
_TITLE_LIMIT: Final = 200
Json: TypeAlias = dict[str, Any]


class Part(BaseModel):
    """A piece of a request. What Google does not know, it refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ContentInfo(Part):
    """A file by its address."""

    file_url: str = Field(alias="fileUrl", pattern=r"^https?://\S+$", max_length=2048)
    alt_text: str = Field(default="", alias="altText")
    thumbnail_url: str | None = Field(default=None, alias="thumbnailUrl")
    force_refresh: bool = Field(default=False, alias="forceRefresh")


class Image(Part):
    """The image of a message of Business Messages."""

    content_info: ContentInfo = Field(alias="contentInfo")


class OpenUrl(Part):
    """A page to open."""

    url: str = Field(pattern=r"^https?://\S+$", max_length=2048)


class Dial(Part):
    """A number to call."""

    number: str = Field(alias="phoneNumber", pattern=r"^\+\d{5,18}$")


class Reply(Part):
    """A suggested answer or action."""

    text: str = Field(min_length=1, max_length=25)
    postback_data: str = Field(default="", alias="postbackData", max_length=2048)
    open_url: OpenUrl | None = Field(default=None, alias="openUrlAction")
    dial: Dial | None = Field(default=None, alias="dialAction")


class Suggestion(Part):
    """Something to tap. Other actions are taken, and shown by nobody."""

    reply: Reply | None = None
    action: Reply | None = None
    live_agent: dict[str, Any] | None = Field(default=None, alias="liveAgentRequest")
    authentication: dict[str, Any] | None = Field(default=None, alias="authenticationRequest")

    def shown(self) -> Action | None:
        if self.live_agent is not None:
            return Action(kind="button", title="Message a live agent", action_id="live_agent")
        tapped = self.reply or self.action
        if tapped is None:
            return None
        named = {"title": tapped.text, "action_id": tapped.postback_data}
        if tapped.open_url is not None:
            return Action(kind="link", url=tapped.open_url.url, **named)
        if tapped.dial is not None:
            return Action(kind="phone", url=f"tel:{tapped.dial.number}", **named)
        return Action(kind="button", **named)


class CardMedia(Part):
    """The picture of a card."""

    height: str = Field(pattern=r"^(SHORT|MEDIUM|TALL)$")
    content_info: ContentInfo | None = Field(default=None, alias="contentInfo")
    uploaded: Json | None = Field(default=None, alias="uploadedRbmFile")


class Card(Part):
    """The content of a card."""

    title: str = Field(default="", max_length=_TITLE_LIMIT)
    description: str = Field(default="", max_length=_DESCRIPTION_LIMIT)
    media: CardMedia | None = None
    suggestions: tuple[Suggestion, ...] = Field(default=(), max_length=4)

    def shown(self) -> ShownCard:
        info = self.media.content_info if self.media else None
        return ShownCard(
            title=self.title,
            text=self.description,
            url=info.file_url if info else None,
            actions=actions_of(self.suggestions),
        )


class StandaloneCard(Part):
    """One card."""

    content: Card = Field(alias="cardContent")
    orientation: str | None = Field(default=None, alias="cardOrientation")
    alignment: str | None = Field(default=None, alias="thumbnailImageAlignment")


class Carousel(Part):
    """Cards side by side."""

    width: str = Field(alias="cardWidth", pattern=r"^(SMALL|MEDIUM)$")
    contents: tuple[Card, ...] = Field(alias="cardContents", min_length=2, max_length=10)


class RichCard(Part):
    """One card or several."""

    standalone: StandaloneCard | None = Field(default=None, alias="standaloneCard")
    carousel: Carousel | None = Field(default=None, alias="carouselCard")

    @property
    def cards(self) -> tuple[Card, ...]:
        if self.carousel is not None:
            return self.carousel.contents
        return (self.standalone.content,) if self.standalone is not None else ()

    @property
    def text(self) -> str:
        words = (text for card in self.cards for text in (card.title, card.description))
        return "\n".join(text for text in words if text)

    @property
    def urls(self) -> tuple[str, ...]:
        found = (card.media.content_info for card in self.cards if card.media)
        return tuple(info.file_url for info in found if info)


class Shown(BaseModel):
    """What a customer will see of a message."""

    kind: str
    text: str = ""
    urls: tuple[str, ...] = ()
    uploaded: str | None = None
    actions: tuple[Action, ...] = ()
    cards: tuple[ShownCard, ...] = ()


def card_shown(card: RichCard, suggestions: tuple[Suggestion, ...]) -> Shown:
    """A message of cards."""
    return Shown(
        kind="card",
        text=card.text,
        urls=card.urls,
        actions=actions_of(suggestions),
        cards=tuple(each.shown() for each in card.cards),
    )


def actions_of(suggestions: tuple[Suggestion, ...]) -> tuple[Action, ...]:
    return tuple(action for each in suggestions if (action := each.shown()))


Asked = TypeVar("Asked", bound=Part)


def read(model: type[Asked], body: Json) -> Asked:
    """A request, or Google's refusal of it: the fields that are wrong, without their values."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        wrong = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
        raise GoogleError("INVALID_ARGUMENT", f"Invalid value at {', '.join(wrong)}.") from None


def require_one(**members: object) -> None:
    """Content is a union in Google's protos: exactly one member may be set."""
    given = [name for name, value in members.items() if value]
    if len(given) != 1:
        raise GoogleError("INVALID_ARGUMENT", f"Exactly one of {', '.join(members)} must be set.")


async def json_body(request: Request) -> Json:
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise GoogleError("INVALID_ARGUMENT", "Invalid JSON payload received.")
    return body


JsonBody: TypeAlias = Annotated[Json, Depends(json_body)]
