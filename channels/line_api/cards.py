"""Cards as LINE's flex messages (https://developers.line.biz/en/reference/messaging-api/#flex-message).

Not as templates: those take 60 characters beside a picture, want buttons on every card, and the
same number on each of a carousel.
"""

import json
from collections.abc import Mapping
from typing import Final

from channels.line_api.actions import Json, action
from channels.pictures import small_addresses
from channels.splitting import split_text
from domain.channels import Capabilities, CardRule, TextUnit
from domain.ids import MediaId
from domain.messages import Card, Cards, OutboundMessage, words_of_cards

# LINE limits the JSON of a bubble to 30 KB and counts no words; these keep it well below.
CARDS: Final = CardRule(title_limit=400, text_limit=4000, most_suggestions=4, most_side_by_side=12)
_CAROUSEL_BYTES: Final = 50_000
_URL_LIMIT: Final = 2000
_ALTERNATIVE: Final = Capabilities(text_limit=1500, text_unit=TextUnit.UTF16_UNITS)
_WORDLESS: Final = "Image"


def is_fetched(url: str) -> bool:
    """Whether LINE would fetch a picture from there."""
    return url.startswith("https://") and len(url) <= _URL_LIMIT


def flex_messages(content: Cards, message: OutboundMessage) -> list[Json]:
    """One message, or as many as their size makes necessary."""
    pictures = small_addresses(message)
    carousels: list[list[Json]] = [[]]
    for card in content.cards:
        bubble = _bubble(card, pictures)
        if _size([*carousels[-1], bubble]) > _CAROUSEL_BYTES:
            carousels.append([])
        carousels[-1].append(bubble)
    alternative = _alternative(content)
    return [_message(bubbles, alternative) for bubbles in carousels]


def _message(bubbles: list[Json], alternative: str) -> Json:
    contents = bubbles[0] if len(bubbles) == 1 else {"type": "carousel", "contents": bubbles}
    return {"type": "flex", "altText": alternative, "contents": contents}


def _bubble(card: Card, pictures: Mapping[MediaId, str]) -> Json:
    bubble: Json = {"type": "bubble"}
    words = _words(card)
    url = pictures[card.image.media_id] if card.image is not None else None
    if url is not None and is_fetched(url):
        cover = {"size": "full", "aspectRatio": "20:13", "aspectMode": "cover"}
        bubble["hero"] = {"type": "image", "url": url, **cover}
    elif url is not None:
        words.append({**_text(url), "action": {"type": "uri", "uri": url}})
    if words:
        bubble["body"] = _box("md", words)
    if card.suggestions:
        buttons = [
            {"type": "button", "style": "link", "height": "sm", "action": action(each)}
            for each in card.suggestions
        ]
        bubble["footer"] = _box("sm", buttons)
    return bubble


def _words(card: Card) -> list[Json]:
    title = [{**_text(card.title), "weight": "bold", "size": "lg"}] if card.title else []
    return [*title, _text(card.text)] if card.text else title


def _text(text: str) -> Json:
    return {"type": "text", "text": text, "wrap": True}


def _box(spacing: str, contents: list[Json]) -> Json:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": contents}


def _size(bubbles: list[Json]) -> int:
    return len(json.dumps(_message(bubbles, ""), ensure_ascii=False).encode())


def _alternative(content: Cards) -> str:
    """What notifications show, and what is read aloud."""
    return next(iter(split_text(words_of_cards(content), _ALTERNATIVE)), _WORDLESS)
