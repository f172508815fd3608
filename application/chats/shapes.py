"""From what is stored to what a customer is shown: no notes, no names but of who speaks to them."""

from datetime import timedelta
from typing import Final

from application.media_links import MediaLinks
from domain.chats import ChatCard, ChatCards, ChatContent, ChatFile, ChatMedia, ChatMessage
from domain.messages import (
    AuthorKind,
    Card,
    Cards,
    Content,
    Media,
    MediaItem,
    MediaState,
    TemplateUse,
    Text,
)
from storage.blobs import Part
from storage.chat_messages import SeenMessage

LINK_LIFETIME: Final = timedelta(hours=1)
"""A window that shows a file for longer asks for its message again."""


class Shapes:
    """Signs the addresses of files; everything else is left out or copied."""

    def __init__(self, links: MediaLinks) -> None:
        self._links = links

    def message(self, seen: SeenMessage) -> ChatMessage:
        """One line of the transcript."""
        is_own = seen.author is AuthorKind.CUSTOMER
        return ChatMessage(
            message_id=seen.message_id,
            seq=seen.seq,
            author=seen.author,
            author_name=seen.author_name,
            at=seen.at,
            content=self._content(seen.content),
            client_id=seen.client_id,
            status="read" if is_own and seen.is_read else "sent",
        )

    def _content(self, content: Content) -> ChatContent:
        match content:
            case Media():
                files = tuple(self._file(item) for item in content.items)
                return ChatMedia(items=files, caption=content.caption)
            case TemplateUse():
                return Text(text=content.text)
            case Cards():
                cards = tuple(self._card(each) for each in content.cards)
                return ChatCards(cards=cards, suggestions=content.suggestions)
            case _:
                return content

    def _card(self, card: Card) -> ChatCard:
        words = card.model_dump(exclude={"image"})
        return ChatCard(**words, image=self._file(card.image) if card.image else None)

    def _file(self, item: MediaItem) -> ChatFile:
        is_here = item.state is MediaState.STORED
        link, small = self._links.link, is_here and item.thumbnail is not None
        return ChatFile(
            **item.model_dump(exclude={"source_url"}),
            url=link(item.media_id, lifetime=LINK_LIFETIME) if is_here else None,
            thumbnail_url=link(item.media_id, Part.THUMBNAIL, LINK_LIFETIME) if small else None,
        )
