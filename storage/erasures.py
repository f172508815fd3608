"""Erasures under way and done: who asked for them, how far they are, what was found in the end."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from domain.channels import ChannelName
from domain.erasure import Certificate, Erasure
from domain.errors import NotFound
from domain.ids import ContactId, ConversationId
from domain.values import Value
from storage.database import Connection, Database
from storage.documents import document

_SHOWN: Final = """
    SELECT erasure_id, contact_id, state, requested_by, requested_at, finished_at, erased,
           CASE WHEN state = 'incomplete' THEN found ELSE '{}' END AS found, certificate
    FROM erasures
"""
GET: Final = f"{_SHOWN} WHERE erasure_id = %(erasure_id)s"
LATEST: Final = f"{_SHOWN} WHERE contact_id = %(contact_id)s ORDER BY erasure_id DESC LIMIT 1"
EXISTS: Final = "SELECT 1 FROM contacts WHERE contact_id = %(contact_id)s"
REQUEST: Final = """
    INSERT INTO erasures (erasure_id, contact_id, requested_by)
    VALUES (%(erasure_id)s, %(contact_id)s, %(requested_by)s)
    ON CONFLICT DO NOTHING
"""
ASK_AGAIN: Final = """
    UPDATE erasures SET state = 'requested', found = '{}'
    WHERE erasure_id = %(erasure_id)s AND state = 'incomplete'
"""
WAITING: Final = """
    SELECT erasure_id FROM erasures WHERE state IN ('requested', 'erasing')
    ORDER BY erasure_id LIMIT %(limit)s
"""
RUNNING: Final = """
    SELECT conversation_id, channel FROM conversations
    WHERE contact_id = %(contact_id)s AND state <> 'closed' ORDER BY conversation_id
"""
# In this order: intake locks the address first, and holds the contact of one it has just made.
LOCK_ADDRESSES: Final = "SELECT 1 FROM addresses WHERE contact_id = %(contact_id)s FOR UPDATE"
LOCK_CONTACT: Final = "SELECT 1 FROM contacts WHERE contact_id = %(contact_id)s FOR UPDATE"
KNOWN_BY: Final = """
    SELECT DISTINCT known.value FROM (
        SELECT value FROM addresses WHERE contact_id = %(contact_id)s
        UNION ALL SELECT split_part(value, ' ', 1) FROM addresses  -- without who vouches for them
                  WHERE contact_id = %(contact_id)s AND channel = 'live_chat'
        UNION ALL SELECT phone FROM addresses WHERE contact_id = %(contact_id)s
        UNION ALL SELECT each.value FROM addresses a, jsonb_each_text(a.other_ids) AS each
                  WHERE a.contact_id = %(contact_id)s
        UNION ALL SELECT value FROM contact_ids WHERE contact_id = %(contact_id)s
        UNION ALL SELECT unnest(ARRAY[s.email, s.phone]) FROM chat_sessions s
                  JOIN addresses a ON a.value = s.address AND a.channel = 'live_chat'
                  WHERE a.contact_id = %(contact_id)s
    ) AS known
    WHERE known.value <> '' AND known.value NOT LIKE 'erased:%%'
"""
BEGIN: Final = """
    UPDATE erasures
    SET state = 'erasing',
        identifiers = ARRAY(
            SELECT DISTINCT unnest(coalesce(identifiers, '{}') || %(identifiers)s::text[])
        )
    WHERE erasure_id = %(erasure_id)s AND state <> 'done'
"""
# Their browsers are nobody's from now on. Before the addresses: they say whose sessions these are.
FORGET_SESSIONS: Final = """
    UPDATE chat_sessions s
    SET address = 'erased:' || s.session_id, display_name = NULL, email = NULL, phone = NULL,
        context = '{}', revoked_at = coalesce(s.revoked_at, now())
    FROM addresses a
    WHERE a.contact_id = %(contact_id)s AND a.channel = 'live_chat' AND a.value = s.address
"""
FORGET_ADDRESSES: Final = """
    UPDATE addresses
    SET value = 'erased:' || address_id, phone = NULL, other_ids = '{}'
    WHERE contact_id = %(contact_id)s AND value NOT LIKE 'erased:%%'
"""
FORGET_IDS: Final = "DELETE FROM contact_ids WHERE contact_id = %(contact_id)s"
FORGET_PREFERENCES: Final = "DELETE FROM preferred_agents WHERE contact_id = %(contact_id)s"
FORGET_CONSENTS: Final = """
    DELETE FROM consent_questions q USING addresses a
    WHERE a.contact_id = %(contact_id)s AND q.address_id = a.address_id
"""
FORGET_NAME: Final = """
    UPDATE contacts SET display_name = NULL, erased_at = coalesce(erased_at, now()), updated_at = now()
    WHERE contact_id = %(contact_id)s AND (display_name IS NOT NULL OR erased_at IS NULL)
"""
SECRETS: Final = "SELECT identifiers FROM erasures WHERE erasure_id = %(erasure_id)s"
COUNT: Final = """
    UPDATE erasures
    SET erased = erased || jsonb_build_object(
        %(what)s::text, coalesce((erased ->> %(what)s)::bigint, 0) + %(number)s::bigint
    )
    WHERE erasure_id = %(erasure_id)s
"""
NOT_EMPTY: Final = """
    SELECT c.conversation_id, c.channel FROM conversations c
    WHERE c.contact_id = %(contact_id)s AND c.state = 'closed' AND (
        EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.conversation_id
                AND (m.content ->> 'kind' IS DISTINCT FROM 'erased' OR m.details <> '{}'))
        OR EXISTS (SELECT FROM notes n WHERE n.conversation_id = c.conversation_id)
        OR EXISTS (SELECT FROM media f WHERE f.conversation_id = c.conversation_id)
        OR EXISTS (SELECT FROM chats h WHERE h.conversation_id = c.conversation_id
                   AND (h.pre_chat <> '{}' OR h.context <> '{}' OR h.pages <> '[]'
                        OR h.post_chat <> '{}'))
        OR EXISTS (SELECT FROM routing_decisions d WHERE d.conversation_id = c.conversation_id)
        OR EXISTS (SELECT FROM offers o WHERE o.conversation_id = c.conversation_id
                   AND o.reason IS NOT NULL)
    )
    ORDER BY c.conversation_id LIMIT %(limit)s
"""
OF_CONTACT: Final = """
    SELECT conversation_id, channel FROM conversations
    WHERE contact_id = %(contact_id)s ORDER BY conversation_id
"""
FOUND: Final = """
    UPDATE erasures SET found = %(found)s WHERE erasure_id = %(erasure_id)s AND state <> 'done'
"""
GIVE_UP: Final = """
    UPDATE erasures SET state = 'incomplete' WHERE erasure_id = %(erasure_id)s AND state <> 'done'
"""
CERTIFY: Final = """
    UPDATE erasures
    SET state = 'done', finished_at = %(finished_at)s, certificate = %(certificate)s,
        identifiers = NULL, found = '{}'
    WHERE erasure_id = %(erasure_id)s AND state <> 'done'
"""
EMPTIED: Final = """
    UPDATE conversations SET emptied_at = now()
    WHERE contact_id = %(contact_id)s AND state = 'closed' AND emptied_at IS NULL
"""


class Place(Value):
    """A conversation of the person."""

    conversation_id: ConversationId
    channel: ChannelName


class _Id(Value):
    erasure_id: UUID


class Erasures:
    """The table `erasures`, and the people it is about."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def request(self, contact_id: ContactId, requested_by: str, erasure_id: UUID) -> Erasure:
        """Begin one, or find the one that was begun. Inside a transaction of the caller."""
        facts = {"contact_id": contact_id, "requested_by": requested_by, "erasure_id": erasure_id}
        if await self._db.one(EXISTS, facts) is None:
            raise NotFound(f"There is no contact {contact_id}.")
        await self._db.execute(REQUEST, facts)
        latest = await self.latest(contact_id)
        if await self._db.execute(ASK_AGAIN, {"erasure_id": latest.erasure_id}):
            return await self.get(latest.erasure_id)
        return latest

    async def get(self, erasure_id: UUID) -> Erasure:
        found = await self._db.row(Erasure, GET, {"erasure_id": erasure_id})
        if found is None:
            raise NotFound(f"There is no erasure {erasure_id}.")
        return found

    async def latest(self, contact_id: ContactId) -> Erasure:
        """The newest of this person."""
        found = await self._db.row(Erasure, LATEST, {"contact_id": contact_id})
        if found is None:
            raise NotFound(f"Nobody asked to erase the contact {contact_id}.")
        return found

    async def unfinished(self, limit: int) -> list[UUID]:
        """Those that somebody should be working at."""
        return [row.erasure_id for row in await self._db.rows(_Id, WAITING, {"limit": limit})]

    async def running(self, contact_id: ContactId) -> list[Place]:
        """The person's conversations that are not closed."""
        return await self._db.rows(Place, RUNNING, {"contact_id": contact_id})

    async def conversations(self, contact_id: ContactId) -> list[Place]:
        """All of the person's conversations."""
        return await self._db.rows(Place, OF_CONTACT, {"contact_id": contact_id})

    async def not_empty(self, contact_id: ContactId, limit: int) -> list[Place]:
        """Closed conversations in which something is left of what was said."""
        return await self._db.rows(Place, NOT_EMPTY, {"contact_id": contact_id, "limit": limit})

    async def detach(self, erasure_id: UUID) -> None:
        """Take address, ids and name away, in one transaction: what comes later is somebody new."""
        erasure = await self.get(erasure_id)
        facts: dict[str, object] = {"erasure_id": erasure_id, "contact_id": erasure.contact_id}
        async with self._db.transaction() as connection:
            await connection.execute(LOCK_ADDRESSES, facts)
            await connection.execute(LOCK_CONTACT, facts)
            facts["identifiers"] = await _texts(connection, KNOWN_BY, facts)
            await connection.execute(BEGIN, facts)
            sessions = await connection.execute(FORGET_SESSIONS, facts)
            addresses = await connection.execute(FORGET_ADDRESSES, facts)
            ids = await connection.execute(FORGET_IDS, facts)
            consents = await connection.execute(FORGET_CONSENTS, facts)
            await connection.execute(FORGET_PREFERENCES, facts)
            await connection.execute(FORGET_NAME, facts)
            await self.count(erasure_id, "sessions", sessions.rowcount)
            await self.count(erasure_id, "addresses", addresses.rowcount)
            await self.count(erasure_id, "ids", ids.rowcount)
            await self.count(erasure_id, "consents", consents.rowcount)

    async def identifiers(self, erasure_id: UUID) -> list[str]:
        """By what the person was known; nothing once the erasure is done."""
        row = await self._db.one(SECRETS, {"erasure_id": erasure_id})
        return sorted((row and row["identifiers"]) or [])

    async def count(self, erasure_id: UUID, what: str, number: int) -> None:
        """Remember how many of something went, in the transaction in which they went."""
        if number:
            facts = {"erasure_id": erasure_id, "what": what, "number": number}
            await self._db.execute(COUNT, facts)

    async def found_again(self, erasure_id: UUID, found: Mapping[str, int]) -> None:
        """Where something is left."""
        await self._db.execute(FOUND, {"erasure_id": erasure_id, "found": document(found)})

    async def give_up(self, erasure_id: UUID) -> None:
        """Wait for somebody to ask again."""
        await self._db.execute(GIVE_UP, {"erasure_id": erasure_id})

    async def certify(self, certificate: Certificate) -> None:
        """It is done: forget by what the person was known, too."""
        facts = {
            "erasure_id": certificate.erasure_id,
            "contact_id": certificate.contact_id,
            "finished_at": certificate.finished_at,
            "certificate": document(certificate),
        }
        async with self._db.transaction():
            await self._db.execute(CERTIFY, facts)
            await self._db.execute(EMPTIED, facts)


async def _texts(connection: Connection, query: str, parameters: Mapping[str, object]) -> list[str]:
    cursor = await connection.execute(query, parameters)
    return [next(iter(row.values())) for row in await cursor.fetchall()]
