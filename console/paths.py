"""Where the console's pages and files are."""

import re
from typing import Final
from uuid import UUID

from domain.ids import ConversationId, MediaId

HOME: Final = "/agent"
API: Final = "/agent/v1"
"""The agent API lives below the same name; the console leaves it alone."""
SIGN_IN: Final = f"{HOME}/sign-in"
SIGN_OUT: Final = f"{HOME}/sign-out"
ASSETS: Final = f"{HOME}/assets"

_CONVERSATION: Final = re.compile(rf"{HOME}/conversations/(?P<id>[0-9a-f-]{{36}})")


def conversation(conversation_id: ConversationId) -> str:
    """The page of one conversation."""
    return f"{HOME}/conversations/{conversation_id}"


def conversation_in(path: str) -> ConversationId | None:
    """The conversation that a path of ours names."""
    match = _CONVERSATION.fullmatch(path)
    try:
        return UUID(match["id"]) if match else None
    except ValueError:
        return None


def media(media_id: MediaId) -> str:
    """A file of a conversation, for whoever may see it."""
    return f"{HOME}/media/{media_id}"


def thumbnail(media_id: MediaId) -> str:
    """A small picture of it."""
    return f"{media(media_id)}/thumbnail"


def attachments(conversation_id: ConversationId) -> str:
    """Where files for a conversation are uploaded to."""
    return f"{HOME}/attachments/{conversation_id}"


def within(path: str) -> str:
    """The path as the routes of the console know it: without the place where it is mounted."""
    return path.removeprefix(HOME) or "/"


def after_sign_in(wanted: str) -> str:
    """Where to go on: one of our own conversations, or home. Never to anybody else's address."""
    return wanted if conversation_in(wanted) else f"{HOME}/"
