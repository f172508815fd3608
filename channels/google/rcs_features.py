"""What one customer's phone can show over RCS, and a message cut down to that.

https://developers.google.com/business-communications/rcs-business-messaging/guides/build/capabilities
"""

from typing import Final

from channels.google.outbound import TEXT_LIMIT
from channels.google.rich_cards import CARDS, link_in, suggestion_rule
from channels.rendering import render, words_alone
from domain.channels import Capabilities
from domain.errors import ContentRejected
from domain.messages import Cards, OutboundMessage, Text

CARD: Final = "RICHCARD_STANDALONE"
CAROUSEL: Final = "RICHCARD_CAROUSEL"
_ACTIONS: Final = {"ACTION_OPEN_URL": "open_url", "ACTION_DIAL": "dial"}
SUGGESTIONS: Final = suggestion_rule(most=11)


def as_shown(
    message: OutboundMessage, capabilities: Capabilities, features: frozenset[str]
) -> OutboundMessage:
    """The message as this phone shows it, still in one piece. Raise ContentRejected."""
    content = message.content
    if not isinstance(content, Cards) and not (isinstance(content, Text) and content.suggestions):
        return message
    parts = render(content, _narrowed(capabilities, features), lambda item: link_in(message, item))
    if len(parts) == 1:
        return message.model_copy(update={"content": parts[0]})
    words = words_alone(content, lambda item: link_in(message, item))
    if len(words) > TEXT_LIMIT:
        raise ContentRejected("This phone cannot show it, and as text it is too long. Send less.")
    return message.model_copy(update={"content": Text(text=words)})


def _narrowed(capabilities: Capabilities, features: frozenset[str]) -> Capabilities:
    kinds = ("reply", *(kind for feature, kind in _ACTIONS.items() if feature in features))
    at_once = CARDS.most_side_by_side if CAROUSEL in features else 1
    cards = CARDS.model_copy(update={"most_side_by_side": at_once})
    able = {
        "suggestions": SUGGESTIONS.model_copy(update={"kinds": kinds}),
        "cards": cards if CARD in features else None,
    }
    return capabilities.model_copy(update=able)
