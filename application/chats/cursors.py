"""How far a window has followed its chat: a place in the stream of events, and in which chat.

The place alone would also be good in another chat of the same customer, of which the window has
nothing.
"""

from typing import NamedTuple
from uuid import UUID

from domain.ids import ConversationId


class ChatCursor(NamedTuple):
    """Told to windows as a text, which they only repeat."""

    place: str
    conversation_id: ConversationId

    def __str__(self) -> str:
        return f"{self.place}@{self.conversation_id}"

    @classmethod
    def read(cls, text: str) -> "ChatCursor | None":
        """None: it is not one of ours. Whether its place is good is for the stream to say."""
        place, _, chat = text.partition("@")
        try:
            return cls(place, UUID(chat))
        except ValueError:
            return None
