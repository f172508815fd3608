"""Offers as agents see them, and what agents say to them."""

from typing import Final

from psycopg.sql import SQL

from domain.ids import AgentId, ConversationId, OfferId
from domain.offers import Offer
from domain.values import Value
from domain.views import OfferView
from storage.database import Database

_FACTS: Final = SQL("""
    offer_id, conversation_id, agent_id, queue_id, purpose, state, accepted, offered_by, offered_at,
    expires_at, shown_at, settled_at, reason
""")
# Whom it was offered to last; an open offer is always the last one.
LATEST: Final = SQL("""
    SELECT {facts} FROM offers
    WHERE conversation_id = %(conversation_id)s AND agent_id = %(agent_id)s AND purpose <> 'consult'
    ORDER BY offer_id DESC LIMIT 1
""").format(facts=_FACTS)
# What is to be shown is looked for where rules put it, where pages and forms do, and where channels do.
OPEN: Final = """
    SELECT o.offer_id, o.conversation_id, o.agent_id, o.queue_id, o.purpose, o.state, o.accepted,
           o.offered_by, o.offered_at, o.expires_at, o.shown_at, o.settled_at, o.reason,
           greatest(o.expires_at - clock_timestamp(), interval '0') AS remaining,
           c.channel, q.name AS queue_name, by.name AS offered_by_name, p.display_name AS customer_name,
           EXISTS (
               SELECT FROM conversations e
               WHERE e.contact_id = c.contact_id AND e.opened_at < c.opened_at
           ) OR EXISTS (
               SELECT FROM chat_sessions s
               WHERE s.conversation_id = c.conversation_id AND s.authenticated
           ) AS customer_is_known,
           NOT o.accepted AND coalesce((w.work #>> '{offers,may_decline}')::boolean, true)
               AS may_decline,
           to_jsonb(first) AS first_message,
           coalesce((
               SELECT jsonb_object_agg(field.name, field.value) FROM (
                   SELECT wanted.name, coalesce(
                       c.attributes ->> wanted.name, h.context ->> wanted.name,
                       h.pre_chat ->> wanted.name, first.details ->> wanted.name
                   ) AS value
                   FROM jsonb_array_elements_text(coalesce(w.work #> '{offers,fields}', '[]'))
                        AS wanted (name)
               ) AS field
               WHERE field.value IS NOT NULL
           ), '{}') AS fields
    FROM offers o
    JOIN conversations c ON c.conversation_id = o.conversation_id
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    JOIN queues q ON q.queue_id = o.queue_id
    JOIN contacts p ON p.contact_id = c.contact_id
    LEFT JOIN agents by ON by.agent_id = o.offered_by
    LEFT JOIN chats h ON h.conversation_id = c.conversation_id
    LEFT JOIN LATERAL (
        SELECT v.* FROM message_views v
        WHERE v.conversation_id = c.conversation_id AND v.direction = 'inbound'
        ORDER BY v.seq LIMIT 1
    ) AS first ON true
    WHERE o.agent_id = %(agent_id)s AND o.state = 'open'
    ORDER BY o.offer_id LIMIT %(limit)s
"""
SHOW: Final = """
    UPDATE offers SET shown_at = coalesce(shown_at, statement_timestamp())
    WHERE offer_id = %(offer_id)s AND agent_id = %(agent_id)s
"""
GIVE_REASON: Final = """
    UPDATE offers SET reason = %(reason)s
    WHERE offer_id = %(offer_id)s AND state = 'open'
"""
MAY_DECLINE: Final = """
    SELECT coalesce((w.work #>> '{offers,may_decline}')::boolean, true) AS may_decline
    FROM conversations c JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE c.conversation_id = %(conversation_id)s
"""
_MOST: Final = 100
"""Far more than anybody is offered at once."""


class _Permission(Value):
    may_decline: bool


class OfferList:
    """Reading offers; making them is in `offers`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def open_for(self, agent_id: AgentId) -> list[OfferView]:
        """What this agent is offered now, the oldest first."""
        return await self._db.rows(OfferView, OPEN, {"agent_id": agent_id, "limit": _MOST})

    async def latest(self, conversation_id: ConversationId, agent_id: AgentId) -> Offer | None:
        """The last time that this agent was offered this conversation."""
        which = {"conversation_id": conversation_id, "agent_id": agent_id}
        return await self._db.row(Offer, LATEST, which)

    async def shown(self, offer_id: OfferId, agent_id: AgentId) -> bool:
        """Its agent sees it. False: it is not theirs."""
        return await self._db.execute(SHOW, {"offer_id": offer_id, "agent_id": agent_id}) > 0

    async def give_reason(self, offer_id: OfferId, reason: str) -> None:
        """Kept before the conversation is told, because nothing that people say enters a history."""
        await self._db.execute(GIVE_REASON, {"offer_id": offer_id, "reason": reason})

    async def may_decline(self, conversation_id: ConversationId) -> bool:
        """Whether its workstream lets agents say no."""
        which = {"conversation_id": conversation_id}
        permission = await self._db.row(_Permission, MAY_DECLINE, which)
        return permission is not None and permission.may_decline
