"""A customer is typing: passed on to every process at once, and kept nowhere."""

from collections.abc import Collection
from typing import Final, Self
from uuid import UUID

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.customer_events import TypingReported
from domain.ids import ConversationId, EndpointId
from domain.values import Value
from domain.views import ConversationView
from storage.database import Database
from storage.documents import storable
from storage.visibility import IS_VISIBLE, Viewer

_WORD: Final = "typing"
# On the channel of live events, so that nobody needs another connection to listen.
TELL: Final = """
    SELECT pg_notify(
        'holdfast_events', concat_ws(' ', %(word)s::text, c.conversation_id, %(flag)s::text)
    )
    FROM conversations c JOIN addresses a ON a.address_id = c.address_id
    WHERE a.channel = %(channel)s AND a.value = %(value)s
      AND c.endpoint_id = %(endpoint_id)s AND c.state <> 'closed'
"""
VISIBLE: Final = SQL("""
    SELECT v.* FROM conversation_views v
    WHERE v.conversation_id = ANY (%(conversation_ids)s) AND {is_visible}
""").format(is_visible=IS_VISIBLE)


class TypingSignal(Value):
    """What a process hears."""

    conversation_id: ConversationId
    is_typing: bool

    @classmethod
    def read(cls, news: str) -> Self | None:
        """None: it is about something else."""
        match news.split():
            case [word, conversation_id, flag] if word == _WORD:
                return cls(conversation_id=UUID(conversation_id), is_typing=flag == "1")
        return None


class TypingSignals:
    """Tells it, and who may hear it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def tell(self, channel: ChannelName, endpoint_id: EndpointId, event: TypingReported) -> None:
        """Nobody hears of somebody who has no conversation."""
        facts = {
            "word": _WORD,
            "flag": "1" if event.is_typing else "0",
            "channel": channel,
            "value": storable(event.address),
            "endpoint_id": endpoint_id,
        }
        await self._db.execute(TELL, facts)

    async def visible(
        self, conversation_ids: Collection[ConversationId], viewer: Viewer
    ) -> list[ConversationView]:
        """Those of them that this viewer sees."""
        which = {"conversation_ids": list(conversation_ids), **viewer.model_dump()}
        return await self._db.rows(ConversationView, VISIBLE, which)
