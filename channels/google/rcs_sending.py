"""A message in the shape of RCS for Business, and what an endpoint may set for it.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages
"""

from collections.abc import Mapping
from typing import Final

from channels.google.outbound import (
    CAPTION_LIMIT,
    Json,
    file_of,
    sendable,
    text_of,
    words_and_link,
)
from channels.google.rcs_features import CARD
from channels.google.rich_cards import card_contents, rich_card, with_suggestions
from domain.errors import AccountRejected
from domain.messages import Cards, Media, OutboundMessage, Text

TRAFFIC_TYPE: Final = "message_traffic_type"
TTL: Final = "ttl_seconds"
REGION: Final = "region"
TRAFFIC_TYPES: Final = (
    "AUTHENTICATION",
    "TRANSACTION",
    "PROMOTION",
    "SERVICEREQUEST",
    "ACKNOWLEDGEMENT",
)
DEFAULT_TRAFFIC: Final = "SERVICEREQUEST"
"""An answer to what a customer asked: what a desk sends."""
REGIONS: Final = ("us", "europe", "asia")
# Google takes any, but under ten seconds it reports both a delivery and a revocation.
_SHORTEST_TTL: Final = 10
_LONGEST_TTL: Final = 15 * 24 * 3600
_SHOWN_ON_CARDS: Final = ("image/", "video/")


def message_body(message: OutboundMessage, features: frozenset[str]) -> Json:
    """Everything a message has; `features`: what the customer's phone can show."""
    settings = message.endpoint_settings
    problems = endpoint_problems(settings)
    if problems:
        raise AccountRejected(" ".join(problems))
    body: Json = {
        "contentMessage": content(message, features),
        "messageTrafficType": settings.get(TRAFFIC_TYPE) or DEFAULT_TRAFFIC,
    }
    return {**body, "ttl": f"{settings[TTL]}s"} if settings.get(TTL) else body


def content(message: OutboundMessage, features: frozenset[str]) -> Json:
    """What is said. Raise ContentRejected before asking."""
    said = sendable(message.content)
    match said:
        case Cards():
            cards = rich_card(card_contents(message, said, named=False), cardOrientation="VERTICAL")
            return with_suggestions({"richCard": cards}, said)
        case Text():
            return with_suggestions({"text": said.text}, said)
        case Media():
            return _file(message, said, features)
        case _:
            return {"text": text_of(said)}


def _file(message: OutboundMessage, said: Media, features: frozenset[str]) -> Json:
    url, mime_type = file_of(message, said)
    if not said.caption:
        return {"contentInfo": {"fileUrl": url}}
    fits = CARD in features and mime_type.startswith(_SHOWN_ON_CARDS)
    if not fits or len(said.caption) > CAPTION_LIMIT:
        return {"text": words_and_link(said.caption, url)}
    media: Json = {"height": "MEDIUM", "contentInfo": {"fileUrl": url}}
    card: Json = {"description": said.caption, "media": media}
    return {"richCard": {"standaloneCard": {"cardOrientation": "VERTICAL", "cardContent": card}}}


def endpoint_problems(settings: Mapping[str, str]) -> list[str]:
    """What of an endpoint's settings Google would not take."""
    problems = []
    if (settings.get(TRAFFIC_TYPE) or DEFAULT_TRAFFIC) not in TRAFFIC_TYPES:
        problems.append(f"Set {TRAFFIC_TYPE} to one of {', '.join(TRAFFIC_TYPES)}.")
    if settings.get(TTL) and not _is_ttl(settings[TTL]):
        problems.append(f"Set {TTL} to seconds from {_SHORTEST_TTL} to {_LONGEST_TTL}.")
    return problems + region_problems(settings)


def region_problems(settings: Mapping[str, str]) -> list[str]:
    """A region decides which of Google's servers are called."""
    if (settings.get(REGION) or REGIONS[0]) in REGIONS:
        return []
    return [f"Set {REGION} to one of {', '.join(REGIONS)}, as the agent has it at Google."]


def _is_ttl(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004
    return is_number and _SHORTEST_TTL <= int(text) <= _LONGEST_TTL
