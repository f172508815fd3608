"""Cards and suggestions, in the shapes that both of Google's channels take.

https://developers.google.com/business-communications/business-messages/reference/rest/v1/conversations.messages
https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages
"""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from channels.google.outbound import CAPTION_LIMIT, Json
from channels.pictures import addresses
from domain.channels import CardRule, SuggestionRule
from domain.ids import MediaId
from domain.messages import Card, Cards, MediaItem, OutboundMessage, Text
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion

LABEL_LIMIT: Final = 25
PAYLOAD_LIMIT: Final = 2048
CARDS: Final = CardRule(
    title_limit=200, text_limit=CAPTION_LIMIT, most_suggestions=4, most_side_by_side=10
)


def suggestion_rule(most: int) -> SuggestionRule:
    """They differ in their number only."""
    return SuggestionRule(
        most=most, label_limit=LABEL_LIMIT, payload_limit=PAYLOAD_LIMIT, url_limit=PAYLOAD_LIMIT
    )


def with_suggestions(said: Json, content: Text | Cards) -> Json:
    """What is said, and what may be tapped beneath it."""
    if not content.suggestions:
        return said
    return {**said, "suggestions": suggestions(content.suggestions)}


def suggestions(found: Sequence[Suggestion]) -> list[Json]:
    """In their order."""
    return [_suggestion(each) for each in found]


def card_contents(message: OutboundMessage, cards: Cards, *, named: bool) -> list[Json]:
    """The content of each card; `named`: pictures have words for those who cannot see them."""
    urls = addresses(message)
    return [_card(card, urls, named=named) for card in cards.cards]


def rich_card(contents: list[Json], **standalone: str) -> Json:
    """One card, or several side by side. Google takes no carousel of one."""
    if len(contents) == 1:
        return {"standaloneCard": {**standalone, "cardContent": contents[0]}}
    return {"carouselCard": {"cardWidth": "MEDIUM", "cardContents": contents}}


def _suggestion(suggestion: Suggestion) -> Json:
    """What is opened or called comes back as the payload of the tap."""
    match suggestion:
        case Reply():
            return {"reply": {"text": suggestion.text, "postbackData": suggestion.payload}}
        case OpenUrl():
            open_url: Json = {"openUrlAction": {"url": suggestion.url}}
            return _action(suggestion.text, suggestion.url, open_url)
        case Dial():
            dial: Json = {"dialAction": {"phoneNumber": suggestion.phone}}
            return _action(suggestion.text, suggestion.phone, dial)
        case _:
            assert_never(suggestion)


def _action(text: str, payload: str, what: Json) -> Json:
    return {"action": {"text": text, "postbackData": payload, **what}}


def _card(card: Card, urls: Mapping[MediaId, str], *, named: bool) -> Json:
    shown: Json = {"title": card.title, "description": card.text}
    if card.image is not None:
        information: Json = {"fileUrl": urls[card.image.media_id]}
        if named:
            information["altText"] = card.title or "Image"
        shown["media"] = {"height": "MEDIUM", "contentInfo": information}
    if card.suggestions:
        shown["suggestions"] = suggestions(card.suggestions)
    return {name: value for name, value in shown.items() if value}


def link_in(message: OutboundMessage, item: MediaItem) -> str:
    """The address of one picture."""
    return addresses(message)[item.media_id]
