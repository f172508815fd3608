"""Where conversations begin: what is known is put before whoever decides where they go."""

from datetime import datetime
from typing import Final, Protocol

from domain.channels import ChannelName
from domain.context_variables import ContextVariable, as_declared
from domain.ids import ConversationId, EndpointId, QueueId, WorkstreamId, new_id
from domain.routing_decisions import Arrival, Decision, Facts
from domain.values import Value
from storage.addresses import KnownAddress
from storage.database import Database
from storage.documents import document

# The lock waits for a close that is under way; when that succeeds, no row is left.
RUNNING: Final = """
    SELECT conversation_id FROM conversations
    WHERE endpoint_id = %(endpoint_id)s AND address_id = %(address_id)s AND state <> 'closed'
    FOR NO KEY UPDATE
"""
# Where it starts is read here and now: the endpoint may have been given to another workstream. The
# locks wait for a removal that is under way; when that succeeds, no row is left.
PLACE: Final = """
    SELECT e.channel, e.workstream_id, w.fallback_queue_id, w.context_variables, e.language,
           a.phone, p.display_name AS name, clock_timestamp() AS at
    FROM endpoints e
    JOIN accounts o ON o.account_id = e.account_id
    JOIN workstreams w ON w.workstream_id = e.workstream_id,
         addresses a
    JOIN contacts p ON p.contact_id = a.contact_id
    WHERE e.endpoint_id = %(endpoint_id)s AND e.deleted_at IS NULL
      AND e.draining_since IS NULL AND o.draining_since IS NULL
      AND a.address_id = %(address_id)s
    FOR KEY SHARE OF e, w
"""
# Rules are kept for a moment by whoever decides; a queue may have gone since.
OPEN: Final = """
    WITH queue AS (
        SELECT queue_id FROM queues WHERE queue_id = %(queue_id)s AND deleted_at IS NULL
        FOR KEY SHARE
    ), conversation AS (
        INSERT INTO conversations
            (conversation_id, channel, endpoint_id, address_id, contact_id, workstream_id, queue_id,
             language, priority, attributes, required_skills, overflow)
        VALUES (%(conversation_id)s, %(channel)s, %(endpoint_id)s, %(address_id)s, %(contact_id)s,
                %(workstream_id)s,
                coalesce((SELECT queue_id FROM queue), %(fallback_queue_id)s::uuid),
                %(language)s, %(priority)s, %(attributes)s, %(required_skills)s, %(overflow)s)
        RETURNING conversation_id, queue_id
    )
    INSERT INTO routing_decisions (decision_id, conversation_id, explanation)
    SELECT %(decision_id)s, conversation_id,
           %(explanation)s::jsonb || CASE WHEN queue_id = %(queue_id)s THEN '{}' ELSE
               jsonb_build_object('queue_id', queue_id, 'by', 'fallback', 'why', %(gone)s::text)
           END
    FROM conversation
"""
_GONE: Final = "The queue that the rules chose was removed a moment ago; the fallback queue takes it."


class Placer(Protocol):
    """Decides where a conversation goes. It must not fail because of what the rules say."""

    async def place(self, arrival: Arrival) -> Decision:
        """Called in the transaction in which the conversation begins."""


class NoRules:
    """Everything goes to the fallback queue."""

    async def place(self, arrival: Arrival) -> Decision:
        return Decision(
            queue_id=arrival.fallback_queue_id,
            by="fallback",
            why="Nobody asked for rules.",
            language=arrival.facts.language,
        )


class _Place(Value):
    channel: ChannelName
    workstream_id: WorkstreamId
    fallback_queue_id: QueueId
    context_variables: tuple[ContextVariable, ...]
    language: str
    phone: str | None
    name: str | None
    at: datetime


class Beginnings:
    """Every call belongs into the transaction that keeps the first message."""

    def __init__(self, db: Database, placer: Placer) -> None:
        self._db = db
        self._placer = placer

    async def is_running(self, endpoint_id: EndpointId, address: KnownAddress) -> bool:
        """There is a conversation, and nobody closes it before we are through."""
        where = {"endpoint_id": endpoint_id, "address_id": address.address_id}
        return await self._db.one(RUNNING, where) is not None

    async def begin(
        self, endpoint_id: EndpointId, address: KnownAddress, *, text: str, details: dict[str, str]
    ) -> ConversationId | None:
        """Begin one with what was said and told. None: the endpoint takes none."""
        where = {"endpoint_id": endpoint_id, "address_id": address.address_id}
        place = await self._db.row(_Place, PLACE, where)
        if place is None:
            return None
        arrival = Arrival(
            conversation_id=new_id(),
            workstream_id=place.workstream_id,
            fallback_queue_id=place.fallback_queue_id,
            facts=Facts(
                **place.model_dump(include={"channel", "language", "phone", "name", "at"}),
                endpoint_id=endpoint_id,
                text=text,
                details=as_declared(details, place.context_variables),
            ),
        )
        decision = await self._placer.place(arrival)
        await self._db.execute(OPEN, {**where, **_row(arrival, address, decision)})
        return arrival.conversation_id


def _row(arrival: Arrival, address: KnownAddress, decision: Decision) -> dict[str, object]:
    return {
        "conversation_id": arrival.conversation_id,
        "channel": arrival.facts.channel,
        "contact_id": address.contact_id,
        "workstream_id": arrival.workstream_id,
        "fallback_queue_id": arrival.fallback_queue_id,
        "queue_id": decision.queue_id,
        "language": decision.language,
        "priority": decision.priority,
        "attributes": document(decision.attributes),
        "required_skills": document(decision.required_skills),
        "overflow": document(decision.overflow) if decision.overflow else None,
        "decision_id": new_id(),
        "explanation": document(decision),
        "gone": _GONE,
    }
