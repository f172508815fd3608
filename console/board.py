"""The conversations a page knows of, kept up to date by live events."""

from collections.abc import Collection, Iterable
from typing import Final

from domain.conversations import State
from domain.ids import ConversationId
from domain.views import ConversationView, LiveEvent

# Far more than a list can show; the rest appears as these are done.
MOST: Final = 1_000


class Board:
    """Everything that is not closed, as far as this agent may see it."""

    def __init__(self) -> None:
        self._conversations: dict[ConversationId, ConversationView] = {}
        self.left_out = False
        """There are more than fit."""
        self.seen: dict[ConversationId, int] = {}
        """How far this agent has read, by conversation."""

    @property
    def conversations(self) -> Collection[ConversationView]:
        return self._conversations.values()

    def besides(self, others: Collection[ConversationId]) -> list[ConversationView]:
        """All but those that stand elsewhere on the page."""
        return [each for each in self.conversations if each.conversation_id not in others]

    def replace(self, conversations: Iterable[ConversationView]) -> None:
        """All of them, as they are now."""
        self._conversations = {each.conversation_id: each for each in conversations}
        self.left_out = len(self._conversations) >= MOST

    def apply(self, event: LiveEvent) -> None:
        """What just happened. Applying it twice is the same as once."""
        conversation = event.conversation
        if conversation is None or conversation.state is State.CLOSED:
            self._conversations.pop(event.conversation_id, None)
            self.seen.pop(event.conversation_id, None)
        else:
            self.put(conversation)

    def put(self, conversation: ConversationView) -> None:
        """As it is now; a new one only if there is room."""
        if conversation.conversation_id in self._conversations or len(self._conversations) < MOST:
            self._conversations[conversation.conversation_id] = conversation
        else:
            self.left_out = True

    def saw(self, conversation_id: ConversationId, seq: int) -> bool:
        """The agent has read up to here; say whether that is news."""
        if self.seen.get(conversation_id, 0) >= seq:
            return False
        self.seen[conversation_id] = seq
        return True
