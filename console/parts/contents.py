"""What was said, by its kind."""

from collections.abc import Sequence
from typing import assert_never

from nicegui.element import Element

from console import paths
from console.excerpts import kind_of, readable_size
from console.parts.markup import icon, tag, words
from console.texts import Texts
from domain.messages import (
    Card,
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    MediaItem,
    MediaState,
    TemplateUse,
    Text,
    Unsupported,
)
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion


def show_content(content: Content, texts: Texts) -> None:
    """Every kind has its look; none is left out."""
    match content:
        case Text():
            _text(content.text)
            _suggestions(content.suggestions, texts)
        case Cards():
            _cards(content, texts)
        case Media():
            _media(content, texts)
        case Location():
            _location(content, texts)
        case Choice():
            _choice(content, texts)
        case TemplateUse():
            named = texts.template_named.format(name=content.name, language=content.language)
            words("span", named, "tagged")
            _text(content.text)
        case Unsupported() | Erased():
            _not_shown(content, texts)
        case _:
            assert_never(content)


def _not_shown(content: Unsupported | Erased, texts: Texts) -> None:
    if isinstance(content, Erased):
        words("p", texts.erased, "quiet")
        return
    words("p", texts.unsupported.format(kind=content.provider_type), "quiet")
    if content.text:
        _text(content.text)


def _text(text: str) -> Element:
    return words("p", text, "said", dir="auto")


def _media(content: Media, texts: Texts) -> None:
    for item in content.items:
        _item(item, texts)
    if content.caption:
        _text(content.caption)


def _item(item: MediaItem, texts: Texts) -> None:
    if item.state is MediaState.STORED:
        _file(item, texts)
    else:
        _missing(item, texts)


def _cards(content: Cards, texts: Texts) -> None:
    # By keyboard, what is wider than the page can only be seen where something takes the focus.
    with tag("ul", "side-by-side", tabindex="0", aria_label=texts.cards):
        for card in content.cards:
            with tag("li", "rich-card"):
                _card(card, texts)
    _suggestions(content.suggestions, texts)


def _card(card: Card, texts: Texts) -> None:
    if card.image is not None:
        _item(card.image, texts)
    if card.title:
        words("strong", card.title, dir="auto")
    if card.text:
        _text(card.text)
    _suggestions(card.suggestions, texts)


def _suggestions(found: Sequence[Suggestion], texts: Texts) -> None:
    """What the customer could tap; behind a reply stands what it answers."""
    if not found:
        return
    with tag("ul", "tappable", aria_label=texts.suggestions):
        for each in found:
            with tag("li"):
                _suggestion(each)


def _suggestion(suggestion: Suggestion) -> None:
    match suggestion:
        case Reply():
            words("span", suggestion.text, title=suggestion.payload, dir="auto")
        case OpenUrl():
            way = {"href": suggestion.url, "title": suggestion.url, "rel": "noopener noreferrer"}
            words("a", suggestion.text, target="_blank", dir="auto", **way)
        case Dial():
            words("span", suggestion.text, title=suggestion.phone, dir="auto")
        case _:
            assert_never(suggestion)


def _missing(item: MediaItem, texts: Texts) -> None:
    reason = f": {item.reason}" if item.reason else ""
    with tag("p", "quiet file"):
        icon("clock" if item.state is MediaState.PENDING else "alert")
        words("span", f"{kind_of(item, texts)} {texts.media[item.state]}{reason}")


def _file(item: MediaItem, texts: Texts) -> None:
    address = paths.media(item.media_id)
    match item.mime_type.partition("/")[0]:
        case "image" if "svg" not in item.mime_type:
            _picture(item, address, texts)
        case "audio":
            tag("audio", src=address, controls=True, preload="none", aria_label=texts.audio)
        case "video":
            tag("video", src=address, controls=True, preload="none", aria_label=texts.video)
        case _:
            _link(item, address, texts)


def _picture(item: MediaItem, address: str, texts: Texts) -> None:
    name = item.file_name or texts.photo
    opened = texts.download.format(name=name)
    with tag("a", "picture", href=address, target="_blank", rel="noopener", title=opened):
        if item.thumbnail is None:
            tag("img", src=address, alt=name, loading="lazy")
            return
        # Its size is told, so that nothing jumps when it arrives.
        width, height = str(item.thumbnail.width), str(item.thumbnail.height)
        shown = paths.thumbnail(item.media_id)
        tag("img", src=shown, alt=name, loading="lazy", width=width, height=height)


def _link(item: MediaItem, address: str, texts: Texts) -> None:
    name = item.file_name or kind_of(item, texts)
    with tag("a", "file", href=address, target="_blank", rel="noopener"):
        icon("file")
        words("span", name)
        if item.size:
            words("span", readable_size(item.size), "quiet")


def _location(content: Location, texts: Texts) -> None:
    point = f"{content.latitude:.6f},{content.longitude:.6f}"
    with tag("div", "place"):
        icon("pin")
        with tag("div"):
            words("strong", content.label or texts.location, dir="auto")
            if content.address:
                words("span", content.address, "quiet", dir="auto")
            words("span", point.replace(",", ", "), "quiet")
            words(
                "a",
                texts.open_map,
                href=f"https://www.openstreetmap.org/?mlat={content.latitude}&mlon={content.longitude}",
                target="_blank",
                rel="noopener noreferrer",
            )


def _choice(content: Choice, texts: Texts) -> None:
    chosen = texts.chose_button if content.source == "button" else texts.chose_row
    words("span", chosen, "tagged")
    _text(content.text)
    if content.description:
        words("p", content.description, "quiet", dir="auto")
