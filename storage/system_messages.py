"""What is said by itself, written into a transcript once per cause, in the transaction of its cause."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from domain.ids import AccountId, ConversationId, EndpointId, MessageId
from domain.messages import DeliveryStatus, Text
from domain.values import Value
from domain.views import FOR_AGENTS
from storage.contents import content_document
from storage.database import Database
from storage.documents import document

# To somebody who was erased meanwhile nothing is said any more.
PLACE: Final = """
    SELECT c.conversation_id, c.endpoint_id, c.address_id, c.channel, c.language, c.workstream_id,
           e.account_id
    FROM conversations c
    JOIN endpoints e ON e.endpoint_id = c.endpoint_id
    JOIN contacts p ON p.contact_id = c.contact_id
    WHERE c.conversation_id = %(conversation_id)s AND p.erased_at IS NULL
"""
# Handed over from the beginning: its cause tells the conversation, and repeats itself until it has.
SAY: Final = """
    WITH conversation AS (
        UPDATE conversations SET last_seq = last_seq + 1
        WHERE conversation_id = %(conversation_id)s
          AND NOT EXISTS (SELECT FROM messages WHERE message_id = %(message_id)s)
        RETURNING last_seq
    ), message AS (
        INSERT INTO messages
            (message_id, conversation_id, endpoint_id, seq, direction, author, content, details, at)
        SELECT %(message_id)s::uuid, %(conversation_id)s::uuid, %(endpoint_id)s::uuid, last_seq,
               'outbound', 'system', %(content)s::jsonb, %(details)s::jsonb, statement_timestamp()
        FROM conversation
    ), delivery AS (
        INSERT INTO deliveries (message_id, account_id, status, rank, handed_over)
        SELECT %(message_id)s::uuid, %(account_id)s::uuid, 'queued', %(queued_rank)s, true
        FROM conversation WHERE %(leaves)s
    )
    INSERT INTO conversation_events (conversation_id, type, message_id)
    SELECT %(conversation_id)s::uuid, 'message_added', %(message_id)s::uuid FROM conversation
"""
STILL_TO_LEAVE: Final = """
    SELECT wanted.message_id
    FROM unnest(%(message_ids)s::uuid[]) WITH ORDINALITY AS wanted (message_id, place)
    JOIN deliveries d ON d.message_id = wanted.message_id
    WHERE d.status IN ('queued', 'unknown')
    ORDER BY wanted.place
"""


class Place(Value):
    """A conversation in which something is to be said."""

    conversation_id: ConversationId
    endpoint_id: EndpointId
    account_id: AccountId
    address_id: UUID
    workstream_id: UUID
    channel: str
    language: str


class Saying(Value):
    """What to say, and why. The same cause in the same conversation is the same message."""

    cause: str
    text: str
    leaves: bool = True
    """False: a line for agents, which no customer ever sees."""
    details: dict[str, str]


class _Id(Value):
    message_id: MessageId


class SystemMessages:
    """The system's own words. Every call belongs into a transaction of the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def place(self, conversation_id: ConversationId) -> Place | None:
        """None when nobody is there any more to be spoken to."""
        return await self._db.row(Place, PLACE, {"conversation_id": conversation_id})

    async def say(self, place: Place, saying: Saying) -> MessageId:
        """Write it down, unless it is there already. Somebody still has to hand it over."""
        message_id = message_id_of(place.conversation_id, saying.cause)
        details = saying.details if saying.leaves else {**saying.details, **FOR_AGENTS}
        facts = {
            **place.model_dump(),
            "message_id": message_id,
            "content": content_document(Text(text=saying.text)),
            "details": document(details),
            "leaves": saying.leaves,
            "queued_rank": DeliveryStatus.QUEUED.rank,
        }
        await self._db.execute(SAY, facts)
        return message_id

    async def still_to_leave(
        self, conversation_id: ConversationId, causes: Sequence[str]
    ) -> tuple[MessageId, ...]:
        """What these causes had said and no provider has taken yet, in their order."""
        wanted = [message_id_of(conversation_id, cause) for cause in causes]
        rows = await self._db.rows(_Id, STILL_TO_LEAVE, {"message_ids": wanted})
        return tuple(row.message_id for row in rows)


def message_id_of(conversation_id: ConversationId, cause: str) -> MessageId:
    """Derived, so that a repeated cause finds its message again."""
    return uuid5(conversation_id, cause)
