"""A message in the shape of Google's Business Messages.

https://developers.google.com/business-communications/business-messages/reference/rest/v1/conversations.messages
"""

from typing import Final

from channels.google.outbound import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Json,
    file_of,
    sendable,
    text_of,
    words_and_link,
)
from channels.google.rich_cards import card_contents, link_in, rich_card, with_suggestions
from channels.rendering import words_alone
from domain.errors import ContentRejected
from domain.messages import AuthorKind, Cards, Media, OutboundMessage, Text

IMAGE_TYPES: Final = ("image/jpeg", "image/png")
DEFAULT_NAME: Final = "Support"
AVATAR: Final = "avatar_url"
NAME: Final = "representative_name"


def message_body(message: OutboundMessage) -> Json:
    """Everything a message has. Raise ContentRejected before asking."""
    return {
        "messageId": str(message.message_id),
        "representative": representative(
            message.author, message.author_name, message.endpoint_settings
        ),
        **_content(message),
    }


def representative(author: AuthorKind, name: str | None, settings: dict[str, str]) -> Json:
    """Who speaks. Google shows a person differently from a machine, and wants the truth."""
    kind = "HUMAN" if author is AuthorKind.AGENT else "BOT"
    shown: Json = {
        "representativeType": kind,
        "displayName": name or settings.get(NAME) or DEFAULT_NAME,
    }
    avatar = settings.get(AVATAR)
    return {**shown, "avatarImage": avatar} if avatar else shown


def _content(message: OutboundMessage) -> Json:
    content = sendable(message.content)
    match content:
        case Cards():
            return with_suggestions(_cards(message, content), content)
        case Text():
            return with_suggestions({"text": content.text}, content)
        case Media():
            return _file(message, content)
        case _:
            return {"text": text_of(content)}


def _cards(message: OutboundMessage, content: Cards) -> Json:
    """With the words alone, for devices that show no cards."""
    said: Json = {"richCard": rich_card(card_contents(message, content, named=True))}
    words = words_alone(content, lambda item: link_in(message, item))
    return {**said, "fallback": words} if len(words) <= TEXT_LIMIT else said


def _file(message: OutboundMessage, content: Media) -> Json:
    url, mime_type = file_of(message, content)
    if mime_type not in IMAGE_TYPES:
        raise ContentRejected("Google's Business Messages take JPEG and PNG images, no other files.")
    information: Json = {"fileUrl": url, "altText": content.caption[:500] or "Image"}
    if not content.caption:
        return {"image": {"contentInfo": information}}
    if len(content.caption) > CAPTION_LIMIT:
        return {"text": words_and_link(content.caption, url)}
    return {"richCard": _card(content.caption, information)}


def _card(caption: str, information: Json) -> Json:
    """The only way to put words and an image into one message."""
    media: Json = {"height": "MEDIUM", "contentInfo": information}
    return {"standaloneCard": {"cardContent": {"description": caption, "media": media}}}
