"""A chat to take away: as a page, or as a text."""

from collections.abc import Iterator
from enum import StrEnum
from html import escape
from typing import Final, assert_never

from application.chats.chatting import Chatting
from domain.chats import ChatCards, ChatContent, ChatMedia, ChatMessage, ChatSession
from domain.ids import ConversationId
from domain.messages import Choice, Erased, Location, Text, Unsupported

PAGE: Final = 200
MOST_MESSAGES: Final = 5_000
_HEAD: Final = (
    '<!doctype html>\n<html><head><meta charset="utf-8"><title>Chat</title></head>\n<body>\n<dl>\n'
)
_FOOT: Final = "</dl>\n</body></html>\n"


class Format(StrEnum):
    """How a transcript is written down."""

    HTML = "html"
    TEXT = "text"


class Transcripts:
    """What the customer saw, and nothing else."""

    def __init__(self, chatting: Chatting) -> None:
        self._chatting = chatting

    async def write(self, session: ChatSession, conversation_id: ConversationId, form: Format) -> str:
        """The newest messages of it, in order, as many as fit into one document."""
        messages = await self._all(session, conversation_id)
        if form is Format.TEXT:
            return "".join(_as_text(each) for each in messages)
        return _HEAD + "".join(_as_html(each) for each in messages) + _FOOT

    async def _all(self, session: ChatSession, conversation_id: ConversationId) -> list[ChatMessage]:
        found: list[ChatMessage] = []
        has_more = True
        while has_more and len(found) < MOST_MESSAGES:
            before = found[0].seq if found else None
            page, has_more = await self._chatting.messages(session, conversation_id, before, PAGE)
            found = page + found
        return found


def _as_text(message: ChatMessage) -> str:
    words = "\n".join(_words(message.content))
    return f"[{message.at:%Y-%m-%d %H:%M} UTC] {_author(message)}: {words}\n"


def _as_html(message: ChatMessage) -> str:
    words = "<br>".join(escape(line) for text in _words(message.content) for line in text.split("\n"))
    when = f'<time datetime="{message.at.isoformat()}">{message.at:%Y-%m-%d %H:%M} UTC</time>'
    return f"<dt>{escape(_author(message))} {when}</dt>\n<dd>{words}</dd>\n"


def _author(message: ChatMessage) -> str:
    return message.author_name or message.author.title()


def _words(content: ChatContent) -> Iterator[str]:
    match content:
        case Text() | Choice() | Unsupported():
            yield content.text
        case ChatMedia():
            yield from (f"[{item.file_name or item.mime_type}]" for item in content.items)
            if content.caption:
                yield content.caption
        case ChatCards():
            yield from (words for card in content.cards for words in (card.title, card.text) if words)
        case Location():
            yield f"{content.label or ''} {content.latitude}, {content.longitude}".strip()
        case Erased():
            yield "[erased]"
        case _:
            assert_never(content)
