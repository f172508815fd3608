"""Flex messages: bubbles as a phone shows them (https://developers.line.biz/en/reference/messaging-api/#flex-message)."""

import json
from collections.abc import Iterator
from typing import Any, Final

from simulator.line.actions import action
from simulator.line.errors import Mistake
from simulator.records import Action, ShownCard

_BUBBLES: Final = 12
_BUBBLE_BYTES: Final = 30_000
_CAROUSEL_BYTES: Final = 50_000


def cards_of(contents: object, place: str) -> tuple[ShownCard, ...]:
    """The bubbles of a message. Raise Mistake for what LINE would not take."""
    given = contents if isinstance(contents, dict) else {}
    if given.get("type") == "bubble":
        return (_card(given, place),)
    bubbles = given.get("contents")
    if given.get("type") != "carousel" or not isinstance(bubbles, list):
        raise Mistake("Must be one of the following values: [bubble, carousel]", f"{place}.type")
    if not 1 <= len(bubbles) <= _BUBBLES:
        raise Mistake(f"Size must be between 1 and {_BUBBLES}", f"{place}.contents")
    _require_size(given, _CAROUSEL_BYTES, place)
    return tuple(
        _card(each if isinstance(each, dict) else {}, f"{place}.contents[{number}]")
        for number, each in enumerate(bubbles)
    )


def _card(bubble: dict[str, Any], place: str) -> ShownCard:
    _require_size(bubble, _BUBBLE_BYTES, place)
    hero = bubble.get("hero") or {}
    url = hero.get("url")
    if hero and not str(url).startswith("https://"):
        raise Mistake("Must be a valid HTTPS URL", f"{place}.hero.url")
    texts = [part for part in _parts(bubble) if part.get("type") == "text"]
    if not all(str(text.get("text") or "").strip() for text in texts):
        raise Mistake("May not be empty", f"{place}.body")
    title = next((text["text"] for text in texts if text.get("weight") == "bold"), "")
    rest = [text["text"] for text in texts if text.get("weight") != "bold"]
    return ShownCard(title=title, text="\n".join(rest), url=url, actions=_actions(bubble, place))


def _actions(bubble: dict[str, Any], place: str) -> tuple[Action, ...]:
    buttons = [part for part in _parts(bubble) if part.get("type") == "button"]
    return tuple(action(button.get("action"), f"{place}.footer") for button in buttons)


def _parts(bubble: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in ("header", "body", "footer"):
        box = bubble.get(block)
        if box is not None and not (isinstance(box, dict) and box.get("contents")):
            raise Mistake("May not be empty", f"{block}.contents")
        yield from (part for part in (box or {}).get("contents", ()) if isinstance(part, dict))


def _require_size(found: dict[str, Any], limit: int, place: str) -> None:
    if len(json.dumps(found, ensure_ascii=False).encode()) > limit:
        raise Mistake("The size of the message is too large", place)
