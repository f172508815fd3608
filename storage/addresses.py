"""Who wrote: the addresses people write from, and the contact behind them."""

from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.errors import Unavailable
from domain.ids import ContactId, new_id
from domain.messages import Sender
from domain.values import Value
from storage.database import Database
from storage.documents import document, storable


class KnownAddress(Value):
    """An address whose row is locked: the messages of one customer come in one after the other."""

    address_id: UUID
    contact_id: ContactId
    is_new: bool = False


LOCK: Final = """
    SELECT address_id, contact_id FROM addresses
    WHERE channel = %(channel)s AND value = %(value)s
    FOR NO KEY UPDATE
"""
# LIMIT within, so that each id is looked up and never the whole table joined.
RECOGNISE: Final = """
    SELECT known.contact_id
    FROM jsonb_each_text(%(ids)s::jsonb) AS given, LATERAL (
        SELECT contact_id FROM contact_ids
        WHERE channel = %(channel)s AND kind = given.key AND value = given.value
        LIMIT 1
    ) AS known
    ORDER BY known.contact_id
    LIMIT 1
"""
# Held until the address is there, so that nobody who is just being erased gets another one.
HOLD: Final = """
    SELECT contact_id FROM contacts WHERE contact_id = %(contact_id)s AND erased_at IS NULL
    FOR KEY SHARE
"""
# A contact that was recognised exists already; one that nobody else adds first comes with the address.
ADD: Final = """
    WITH address AS (
        INSERT INTO addresses (address_id, contact_id, channel, value)
        VALUES (%(address_id)s, %(contact_id)s, %(channel)s, %(value)s)
        ON CONFLICT (channel, value) DO NOTHING
        RETURNING contact_id
    )
    INSERT INTO contacts (contact_id) SELECT contact_id FROM address
    ON CONFLICT (contact_id) DO NOTHING
"""
REFRESH: Final = """
    WITH address AS (
        UPDATE addresses a
        SET phone = coalesce(%(phone)s::text, phone), other_ids = other_ids || %(other_ids)s::jsonb
        WHERE address_id = %(address_id)s
          AND (NOT other_ids @> %(other_ids)s::jsonb
               OR phone IS DISTINCT FROM coalesce(%(phone)s::text, phone))
        RETURNING channel, contact_id
    ), ids AS (
        INSERT INTO contact_ids (channel, kind, value, contact_id)
        SELECT address.channel, given.key, given.value, address.contact_id
        FROM address, jsonb_each_text(%(ids)s::jsonb) AS given
        ON CONFLICT (channel, kind, value) DO NOTHING
    )
    UPDATE contacts SET display_name = %(name)s::text, updated_at = now()
    WHERE contact_id = %(contact_id)s AND %(name)s::text IS NOT NULL
      AND display_name IS DISTINCT FROM %(name)s::text
"""


# True when `refresh` would change nothing about the address `a` and its contact.
AS_KNOWN: Final = SQL("""
    a.other_ids @> %(other_ids)s::jsonb
    AND (%(phone)s::text IS NULL OR a.phone = %(phone)s::text)
    AND EXISTS (
        SELECT FROM contacts p
        WHERE p.contact_id = a.contact_id
          AND (%(name)s::text IS NULL OR p.display_name = %(name)s::text)
    )
""")


class AddressBook:
    """Addresses and contacts. Every call belongs into a transaction of the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def lock(self, channel: ChannelName, sender: Sender) -> KnownAddress:
        """The sender's address, made when it is new, and ours until the transaction ends."""
        where = {"channel": channel, "value": storable(sender.address)}
        known = await self._db.row(KnownAddress, LOCK, where)
        if known is not None:
            return known
        await self._add(channel, sender)
        known = await self._db.row(KnownAddress, LOCK, where)
        if known is None:
            raise Unavailable("The sender's address could not be locked. Nothing was kept; try again.")
        return known.model_copy(update={"is_new": True})

    async def refresh(self, address: KnownAddress, sender: Sender) -> None:
        """What the provider says of this person today."""
        facts = {"address_id": address.address_id, "contact_id": address.contact_id}
        await self._db.execute(REFRESH, {**facts, **description(sender), "ids": document(_ids(sender))})

    async def _add(self, channel: ChannelName, sender: Sender) -> None:
        facts = {
            "channel": channel,
            "value": storable(sender.address),
            "ids": document(_ids(sender)),
            "address_id": new_id(),
        }
        known = await self._db.one(RECOGNISE, facts)
        held = await self._db.one(HOLD, known) if known else None
        contact_id = held["contact_id"] if held else new_id()
        await self._db.execute(ADD, {**facts, "contact_id": contact_id})


def description(sender: Sender) -> dict[str, object]:
    """What the provider says of a person, as AS_KNOWN and REFRESH take it."""
    return {
        "phone": storable(sender.phone),
        "name": storable(sender.display_name),
        "other_ids": document(sender.other_ids),
    }


def _ids(sender: Sender) -> dict[str, str]:
    phone = {"phone": sender.phone} if sender.phone else {}
    return {**phone, **sender.other_ids}
