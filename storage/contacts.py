"""Contacts: who they are, and everything that is kept of one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.channels import ChannelName
from domain.configuration import AuditEntry
from domain.conversations import ConversationRecord
from domain.errors import NotFound
from domain.ids import AgentId, ContactId, ConversationId, EndpointId, MediaId, MessageId
from domain.messages import MediaState
from domain.notices import ConsentShown
from domain.values import Value
from storage.database import Database
from storage.leftovers import Wanted

GET: Final = """
    SELECT p.contact_id, p.display_name, p.created_at, p.updated_at, p.erased_at,
           ARRAY(SELECT a.agent_id FROM preferred_agents a WHERE a.contact_id = p.contact_id
                 ORDER BY a.position) AS preferred_agent_ids
    FROM contacts p WHERE p.contact_id = %(contact_id)s
"""
# Somebody who was erased is known by a hash alone.
SEARCH: Final = """
    SELECT DISTINCT p.contact_id, p.display_name, p.created_at, p.updated_at, p.erased_at,
           ARRAY(SELECT a.agent_id FROM preferred_agents a WHERE a.contact_id = p.contact_id
                 ORDER BY a.position) AS preferred_agent_ids
    FROM (
        SELECT contact_id FROM addresses WHERE channel = ANY (%(channels)s) AND value = ANY (%(values)s)
        UNION ALL
        SELECT contact_id FROM contact_ids WHERE value = ANY (%(values)s)
        UNION ALL
        SELECT contact_id FROM erasures WHERE certificate -> 'identifiers' ?| %(hashes)s
    ) AS known
    JOIN contacts p ON p.contact_id = known.contact_id
    ORDER BY p.contact_id LIMIT %(limit)s
"""
ADDRESSES: Final = """
    SELECT a.address_id, a.channel, a.value, a.phone, a.other_ids, a.created_at, (
        SELECT coalesce(jsonb_object_agg(o.endpoint_id, o.opted_out_at), '{}') FROM consents o
        WHERE o.address_id = a.address_id AND o.opted_out_at IS NOT NULL
    ) AS opted_out_of
    FROM addresses a
    WHERE a.contact_id = %(contact_id)s ORDER BY a.address_id
"""
IDS: Final = """
    SELECT channel, kind, value FROM contact_ids
    WHERE contact_id = %(contact_id)s ORDER BY channel, kind, value
"""
CONVERSATIONS: Final = """
    SELECT conversation_id, channel, endpoint_id, contact_id, workstream_id, queue_id, agent_id, state,
           opened_at, last_inbound_at, window_expires_at, state_changed_at, closed_at, close_reason,
           language
    FROM conversations WHERE contact_id = %(contact_id)s ORDER BY conversation_id
"""
FILES: Final = """
    SELECT f.media_id, f.conversation_id, f.message_id, f.state, f.mime_type, f.file_name, f.size,
           encode(f.sha256, 'hex') AS sha256, f.created_at
    FROM media f JOIN conversations c ON c.conversation_id = f.conversation_id
    WHERE c.contact_id = %(contact_id)s ORDER BY f.media_id
"""
MESSAGES: Final = """
    SELECT count(*) AS messages FROM messages m
    JOIN conversations c ON c.conversation_id = m.conversation_id
    WHERE c.contact_id = %(contact_id)s
"""
WEBHOOKS: Final = """
    SELECT webhook_id, received_at, why, convert_from(body, 'LATIN1') AS body FROM quarantined_webhooks
    WHERE encode(body, 'escape') ~* %(wanted)s ORDER BY webhook_id LIMIT %(limit)s
"""
AUDIT: Final = """
    SELECT entry_id, at, actor, action, subject, subject_id, changes FROM audit_entries
    WHERE subject = 'contact' AND subject_id = %(contact_id)s ORDER BY entry_id LIMIT %(limit)s
"""
CONSENTS: Final = """
    SELECT s.consent FROM consent_views s JOIN addresses a ON a.address_id = s.address_id
    WHERE a.contact_id = %(contact_id)s ORDER BY s.address_id
"""
_MOST: Final = 1_000
"""Audit entries and unread webhooks of one person; far more than anybody has."""


class Contact(Value):
    """The record that is kept of a person outside."""

    contact_id: ContactId
    display_name: str | None
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None
    preferred_agent_ids: tuple[AgentId, ...] = ()
    """Who is asked first when one of their conversations is given out."""


class Address(Value):
    """What a person writes from."""

    address_id: UUID
    channel: ChannelName
    value: str
    phone: str | None
    other_ids: dict[str, Any]
    opted_out_of: dict[EndpointId, datetime]
    """Endpoints, and since when they must not write to this address."""
    created_at: datetime


class ContactIdentifier(Value):
    """Another id that a provider gave for a person."""

    channel: ChannelName
    kind: str
    value: str


class KeptFile(Value):
    """A file; its bytes are fetched on their own."""

    media_id: MediaId
    conversation_id: ConversationId
    message_id: MessageId | None
    state: MediaState
    mime_type: str
    file_name: str | None
    size: int | None
    sha256: str | None
    created_at: datetime


class UnreadWebhook(Value):
    """A webhook that nobody could read, in which the person is named."""

    webhook_id: UUID
    received_at: datetime
    why: str
    body: str


class _Consent(Value):
    consent: ConsentShown


class Contacts:
    """Reads; intake writes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, contact_id: ContactId) -> Contact:
        found = await self._db.row(Contact, GET, {"contact_id": contact_id})
        if found is None:
            raise NotFound(f"There is no contact {contact_id}.")
        return found

    async def known_as(
        self, identifiers: Sequence[str], hashes: Sequence[str], limit: int
    ) -> list[Contact]:
        """Everybody whose address, number or id is one of these, or was until they were erased."""
        facts = {
            "channels": [channel.value for channel in ChannelName],
            "values": list(identifiers),
            "hashes": list(hashes),
            "limit": limit,
        }
        return await self._db.rows(Contact, SEARCH, facts)

    async def addresses(self, contact_id: ContactId) -> list[Address]:
        return await self._db.rows(Address, ADDRESSES, {"contact_id": contact_id})

    async def ids(self, contact_id: ContactId) -> list[ContactIdentifier]:
        return await self._db.rows(ContactIdentifier, IDS, {"contact_id": contact_id})

    async def conversations(self, contact_id: ContactId) -> list[ConversationRecord]:
        return await self._db.rows(ConversationRecord, CONVERSATIONS, {"contact_id": contact_id})

    async def files(self, contact_id: ContactId) -> list[KeptFile]:
        return await self._db.rows(KeptFile, FILES, {"contact_id": contact_id})

    async def message_count(self, contact_id: ContactId) -> int:
        row = await self._db.one(MESSAGES, {"contact_id": contact_id})
        return row["messages"] if row else 0

    async def consents(self, contact_id: ContactId) -> list[ConsentShown]:
        """What they were asked, and what they answered, by address."""
        rows = await self._db.rows(_Consent, CONSENTS, {"contact_id": contact_id})
        return [row.consent for row in rows]

    async def unread_webhooks(self, wanted: Wanted) -> list[UnreadWebhook]:
        """Webhooks in quarantine that name the person."""
        facts = {"wanted": wanted.in_sql, "limit": _MOST}
        return await self._db.rows(UnreadWebhook, WEBHOOKS, facts)

    async def audit(self, contact_id: ContactId) -> list[AuditEntry]:
        """What people inside did about this contact."""
        facts = {"contact_id": contact_id, "limit": _MOST}
        return await self._db.rows(AuditEntry, AUDIT, facts)
