"""What providers report about messages of ours: in any order, more than once, sometimes too early."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.conversations import MailKind
from domain.ids import AccountId, ConversationId, MessageId
from domain.messages import Receipt, StatusReported
from domain.values import Value
from storage.consents import Consents
from storage.database import Database, Parameters
from storage.documents import storable
from storage.mailbox import Mailbox

# Whoever names a message and whoever reports about that name take turns; otherwise a report could be
# parked just after the other side had looked for parked ones.
TAKE_TURNS: Final = """
    SELECT pg_advisory_xact_lock(
        hashtextextended(%(account_id)s::text || %(provider_message_id)s::text, 0)
    )
"""
# Our own id counts first: a message that was sent again in doubt has two names at the provider.
FIND: Final = """
    SELECT d.message_id, m.conversation_id, d.via_address_id
    FROM deliveries d JOIN messages m ON m.message_id = d.message_id
    WHERE d.account_id = %(account_id)s
      AND (d.message_id = %(message_id)s OR d.provider_message_id = %(provider_message_id)s)
    ORDER BY d.message_id = %(message_id)s DESC NULLS LAST
    LIMIT 1
"""
NAME: Final = """
    UPDATE deliveries
    SET provider_message_id = coalesce(provider_message_id, %(provider_message_id)s),
        unresolved_since = NULL, handed_over = true
    WHERE message_id = %(message_id)s
"""
ADVANCE: Final = """
    UPDATE deliveries
    SET status = %(status)s, rank = %(rank)s, error_code = %(error_code)s, error_text = %(error_text)s,
        updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND rank < %(rank)s
"""
PARK: Final = """
    INSERT INTO parked_callbacks
        (account_id, provider_message_id, status, rank, error_code, error_text, mail_kind)
    VALUES (%(account_id)s, %(provider_message_id)s, %(status)s, %(rank)s, %(error_code)s,
            %(error_text)s, %(mail_kind)s)
    ON CONFLICT DO NOTHING
"""
UNPARK: Final = """
    DELETE FROM parked_callbacks
    WHERE account_id = %(account_id)s AND provider_message_id = %(provider_message_id)s
    RETURNING provider_message_id, status, error_code, error_text, mail_kind
"""
PURGE: Final = """
    DELETE FROM parked_callbacks WHERE at < now() - %(older_than)s::interval
"""
# The provider's word counts more than our clock, unless the customer wrote after the refused message.
SHUT_WINDOW: Final = """
    UPDATE conversations c
    SET window_expires_at = least(c.window_expires_at, statement_timestamp())
    FROM messages m
    WHERE m.message_id = %(message_id)s AND c.conversation_id = m.conversation_id
      AND c.last_inbound_at <= m.at
"""
TELL: Final = """
    WITH told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT conversation_id, 'message_changed', message_id FROM messages
        WHERE message_id = %(message_id)s
    )
    SELECT pg_notify('holdfast_events', '')
"""


class _Target(Value):
    message_id: MessageId
    conversation_id: ConversationId
    via_address_id: UUID | None
    """It left by another channel, whose window is not that of the conversation."""


class _Parked(StatusReported):
    mail_kind: MailKind | None = None


class DeliveryReports:
    """Status callbacks, applied by rank: a later word of the provider never loses to an earlier one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def report(
        self, account_id: AccountId, status: StatusReported, *, mail: MailKind | None = None
    ) -> ConversationId | None:
        """Apply it, or park it until we know the message. Returns the conversation that got mail."""
        facts = _facts(account_id, status)
        async with self._db.transaction():
            await self._db.execute(TAKE_TURNS, facts)
            target = await self._db.row(_Target, FIND, facts)
            if target is None:
                await self._db.execute(PARK, {**facts, "mail_kind": mail})
                return None
            facts["message_id"] = target.message_id
            await self._db.execute(NAME, facts)
            return await self._advance(target, facts, mail)

    async def name(self, account_id: AccountId, message_id: MessageId, receipt: Receipt) -> None:
        """The provider took the message and calls it that. Inside a transaction of the caller."""
        word = StatusReported(provider_message_id=receipt.provider_message_id, status=receipt.status)
        facts = {**_facts(account_id, word), "message_id": message_id}
        await self._db.execute(TAKE_TURNS, facts)
        target = await self._db.row(_Target, FIND, facts)
        if target is None:
            return
        await self._db.execute(NAME, facts)
        await self._advance(target, facts, None)
        for early in sorted(
            await self._db.rows(_Parked, UNPARK, facts), key=lambda report: report.status.rank
        ):
            early_facts = {**_facts(account_id, early), "message_id": message_id}
            await self._advance(target, early_facts, early.mail_kind)

    async def tell(self, message_id: object) -> None:
        await self._db.execute(TELL, {"message_id": message_id})

    async def purge_parked(self, older_than: timedelta) -> int:
        """Forget reports about messages that were never ours."""
        return await self._db.execute(PURGE, {"older_than": older_than})

    async def _advance(
        self, target: _Target, facts: Parameters, mail: MailKind | None
    ) -> ConversationId | None:
        if not await self._db.execute(ADVANCE, facts):
            return None
        await self.tell(target.message_id)
        if mail is MailKind.CUSTOMER_OPTED_OUT:
            await Consents(self._db).refused(target.message_id)
        if mail is None or target.via_address_id is not None:
            return None
        if mail is MailKind.WINDOW_REFUSED:
            await self._db.execute(SHUT_WINDOW, target.model_dump())
        posted = await Mailbox(self._db).post(target.conversation_id, mail, target.message_id)
        return target.conversation_id if posted else None


def _facts(account_id: AccountId, report: StatusReported) -> dict[str, object]:
    return {
        "account_id": account_id,
        "message_id": report.message_id,
        "provider_message_id": storable(report.provider_message_id),
        "status": report.status,
        "rank": report.status.rank,
        "error_code": storable(report.error_code),
        "error_text": storable(report.error_text),
    }
