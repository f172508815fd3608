"""What an application may ask LINE to show, and what LINE refuses at once. No clock, no I/O.

https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from collections.abc import Callable
from typing import Any, Final

from simulator.line.actions import action, quick_replies
from simulator.line.errors import Mistake
from simulator.line.flex import cards_of
from simulator.records import Action, Record, ShownCard

MOST: Final = 5
TEXT_LIMIT: Final = 5000
_ALT_LIMIT: Final = 1500
_PLACE_LIMIT: Final = 100
_URL_LIMIT: Final = 2000


class Shown(Record):
    """One message object as a phone shows it."""

    kind: str
    text: str = ""
    media_urls: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    label: str | None = None
    actions: tuple[Action, ...] = ()
    cards: tuple[ShownCard, ...] = ()


def read_objects(found: object) -> list[Shown]:
    if not isinstance(found, list) or not 1 <= len(found) <= MOST:
        raise Mistake(f"Size must be between 1 and {MOST}", "messages")
    return [_read(each, f"messages[{position}]") for position, each in enumerate(found)]


def _read(found: object, place: str) -> Shown:
    given = found if isinstance(found, dict) else {}
    reader = _READERS.get(str(given.get("type")))
    if reader is None:
        raise Mistake(
            "Must be one of the following values: [text, image, location, …]", f"{place}.type"
        )
    shown = reader(given, place)
    return shown.model_copy(update={"actions": (*shown.actions, *quick_replies(given, place))})


def _text(given: dict[str, Any], place: str) -> Shown:
    return Shown(kind="text", text=_words(given, "text", TEXT_LIMIT, place))


def _file(given: dict[str, Any], place: str) -> Shown:
    url = _url(given, "originalContentUrl", place)
    kind = str(given["type"])
    if kind == "audio" and not isinstance(given.get("duration"), int):
        raise Mistake("May not be empty", f"{place}.duration")
    if kind != "audio":
        _url(given, "previewImageUrl", place)
    return Shown(kind=kind, media_urls=(url,))


def _location(given: dict[str, Any], place: str) -> Shown:
    for name in ("latitude", "longitude"):
        if not isinstance(given.get(name), int | float):
            raise Mistake("May not be empty", f"{place}.{name}")
    return Shown(
        kind="location",
        label=_words(given, "title", _PLACE_LIMIT, place),
        text=_words(given, "address", _PLACE_LIMIT, place),
        latitude=given["latitude"],
        longitude=given["longitude"],
    )


def _sticker(given: dict[str, Any], place: str) -> Shown:
    package, sticker = _words(given, "packageId", 20, place), _words(given, "stickerId", 20, place)
    return Shown(kind="sticker", text=f"{package}/{sticker}")


def _template(given: dict[str, Any], place: str) -> Shown:
    text, inside = _words(given, "altText", _ALT_LIMIT, place), given.get("template")
    actions = inside.get("actions") if isinstance(inside, dict) else None
    where = f"{place}.template.actions"
    return Shown(kind="text", text=text, actions=tuple(action(each, where) for each in actions or ()))


def _flex(given: dict[str, Any], place: str) -> Shown:
    text = _words(given, "altText", _ALT_LIMIT, place)
    cards = cards_of(given.get("contents"), f"{place}.contents")
    urls = tuple(card.url for card in cards if card.url)
    return Shown(kind="card", text=text, media_urls=urls, cards=cards)


def _words(given: dict[str, Any], name: str, limit: int, place: str) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Mistake("May not be empty", f"{place}.{name}")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
        raise Mistake(f"Length must be between 0 and {limit}", f"{place}.{name}")
    return text


def _url(given: dict[str, Any], name: str, place: str) -> str:
    url = _words(given, name, _URL_LIMIT, place)
    if not url.startswith("https://"):
        raise Mistake("Must be a valid HTTPS URL", f"{place}.{name}")
    return url


_READERS: Final[dict[str, Callable[[dict[str, Any], str], Shown]]] = {
    "text": _text,
    "textV2": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "location": _location,
    "sticker": _sticker,
    "template": _template,
    "flex": _flex,
    "imagemap": _template,
}
