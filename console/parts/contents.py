"""What was said, by its kind."""

from typing import assert_never

from nicegui.element import Element

from console import paths
from console.excerpts import kind_of, readable_size
from console.parts.markup import icon, tag, words
from console.texts import Texts
from domain.messages import (
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


def show_content(content: Content, texts: Texts) -> None:
    """Every kind has its look; none is left out."""
    match content:
        case Text():
            _text(content.text)
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
        case Unsupported():
            _unsupported(content, texts)
        case Erased():
            words("p", texts.erased, "quiet")
        case _:
            assert_never(content)


def _unsupported(content: Unsupported, texts: Texts) -> None:
    words("p", texts.unsupported.format(kind=content.provider_type), "quiet")
    if content.text:
        _text(content.text)


def _text(text: str) -> Element:
    return words("p", text, "said", dir="auto")


def _media(content: Media, texts: Texts) -> None:
    for item in content.items:
        if item.state is MediaState.STORED:
            _file(item, texts)
        else:
            _missing(item, texts)
    if content.caption:
        _text(content.caption)


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
