"""The outbox: the right to make one attempt, and what became of it. A doubt is kept until resolved."""

from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.errors import NotFound
from domain.ids import ConversationId, EndpointId, MessageId
from domain.messages import AuthorKind, Content, DeliveryStatus, OutboundMessage, Receipt
from domain.ports import Claim, Settled
from domain.values import Value
from storage import consents
from storage.callbacks import DeliveryReports
from storage.database import Database, Parameters
from storage.documents import storable
from storage.reply_tokens import Correspondent, ReplyTokens
from storage.standby import REASON, STANDBY, STANDS_BY

PRIVATE: Final = "private"
AGENTS_ONLY: Final = "This message is for agents only."
OPTED_OUT: Final = "recipient_opted_out"
ASKED_US_TO_STOP: Final = "The customer asked not to be written to. Wait until they write again."

# That of the customer's newest conversation there.
OTHER_WINDOW: Final = SQL("""(
        SELECT other.window_expires_at FROM conversations other
        WHERE other.endpoint_id = d.via_endpoint_id AND other.address_id = d.via_address_id
        ORDER BY other.last_inbound_at DESC LIMIT 1
    )""")
CLAIM: Final = SQL("""
    SELECT d.status, d.error_code, d.unresolved_since, d.account_id,
           coalesce(d.reply_attempt = d.attempts, false) AS without_key,
           m.content, m.author, g.name AS author_name, c.conversation_id, e.endpoint_id, a.address_id,
           CASE WHEN d.via_endpoint_id IS NULL THEN c.window_expires_at ELSE {other_window} END
               AS window_expires_at,
           e.address AS endpoint_address, e.settings AS endpoint_settings,
           a.value AS recipient, {opted_out} AS opted_out,
           d.via_endpoint_id IS NOT NULL AS diverted, {stands_by} AS stands_by,
           m.details @> '{{"audience": "agent"}}' AS is_private
    FROM deliveries d
    JOIN message_views m ON m.message_id = d.message_id
    JOIN conversations c ON c.conversation_id = m.conversation_id
    JOIN endpoints e ON e.endpoint_id = coalesce(d.via_endpoint_id, c.endpoint_id)
    JOIN addresses a ON a.address_id = coalesce(d.via_address_id, c.address_id)
    LEFT JOIN agents g ON g.agent_id = m.author_id
    WHERE d.message_id = %(message_id)s
    FOR NO KEY UPDATE OF d
""").format(opted_out=consents.OPTED_OUT, stands_by=STANDS_BY, other_window=OTHER_WINDOW)
# A claim in doubt is no new attempt, and keeps the time at which the doubt began.
BEGIN_ATTEMPT: Final = """
    UPDATE deliveries
    SET attempts = attempts + CASE WHEN unresolved_since IS NULL THEN 1 ELSE 0 END,
        unresolved_since = coalesce(unresolved_since, statement_timestamp()),
        status = CASE WHEN status = 'parked' THEN 'queued' ELSE status END,
        rank = greatest(rank, %(queued_rank)s), handed_over = true
    WHERE message_id = %(message_id)s
    RETURNING attempts
"""
ACCOUNT: Final = "SELECT account_id FROM deliveries WHERE message_id = %(message_id)s"
STATUS: Final = "SELECT status FROM deliveries WHERE message_id = %(message_id)s"
NOT_TAKEN: Final = """
    UPDATE deliveries
    SET status = 'queued', rank = %(rank)s, unresolved_since = NULL,
        error_code = %(code)s, error_text = %(reason)s, updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND status IN ('queued', 'unknown')
"""
DOUBTFUL: Final = """
    UPDATE deliveries SET status = 'unknown', rank = %(rank)s, updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND rank < %(rank)s
"""
RESEND: Final = """
    UPDATE deliveries
    SET status = 'queued', rank = %(rank)s, unresolved_since = NULL, resent_in_doubt = true,
        updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND status IN ('queued', 'unknown')
      AND unresolved_since IS NOT NULL
"""
# A message in doubt stays in doubt: to call it failed would invite somebody to send it again.
FAIL: Final = """
    UPDATE deliveries
    SET status = CASE WHEN status = 'unknown' THEN status ELSE 'failed' END,
        rank = CASE WHEN status = 'unknown' THEN rank ELSE %(rank)s END,
        unresolved_since = CASE WHEN status = 'unknown' THEN unresolved_since END,
        error_code = %(code)s, error_text = %(reason)s, updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND rank < %(accepted_rank)s
"""
SKIP: Final = """
    UPDATE deliveries
    SET status = 'withdrawn', rank = %(rank)s, unresolved_since = NULL, handed_over = true,
        error_code = %(code)s, error_text = %(reason)s, updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND status IN ('queued', 'parked')
"""


class _Outgoing(Value):
    status: DeliveryStatus
    error_code: str | None
    unresolved_since: datetime | None
    without_key: bool
    account_id: UUID
    content: Content
    author: AuthorKind
    author_name: str | None
    conversation_id: ConversationId
    endpoint_id: EndpointId
    address_id: UUID
    window_expires_at: datetime | None
    endpoint_address: str
    endpoint_settings: dict[str, str]
    recipient: str
    opted_out: bool
    diverted: bool
    stands_by: bool
    is_private: bool

    @property
    def is_template(self) -> bool:
        return self.content.kind == "template"

    @property
    def silenced(self) -> tuple[str, str] | None:
        """Why it must not leave: code and words. What is in doubt already must be resolved."""
        if self.is_private:
            return PRIVATE, AGENTS_ONLY
        if not self.is_new:
            return None
        if self.stands_by:
            return STANDBY, REASON
        return (OPTED_OUT, ASKED_US_TO_STOP) if self.opted_out and not self.is_template else None

    @property
    def is_automated(self) -> bool:
        return self.author is AuthorKind.SYSTEM

    @property
    def telling_code(self) -> str | None:
        """What went wrong, if it tells of the conversation."""
        return None if self.diverted or self.is_automated else self.error_code

    @property
    def is_new(self) -> bool:
        """No earlier attempt is in doubt."""
        return self.unresolved_since is None

    @property
    def reply_to(self) -> Correspondent:
        return Correspondent(endpoint_id=self.endpoint_id, address_id=self.address_id)


class Outbox:
    """Outbound messages, one attempt at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reports = DeliveryReports(db)
        self._tokens = ReplyTokens(db)

    async def claim(self, message_id: MessageId) -> Claim | Settled:
        """Begin an attempt, durably, before anything leaves."""
        async with self._db.transaction():
            outgoing = await self._db.row(_Outgoing, CLAIM, {"message_id": message_id})
            if outgoing is None:
                raise NotFound(f"There is no outbound message {message_id}.")
            if outgoing.status.rank >= DeliveryStatus.ACCEPTED.rank:
                return Settled(status=outgoing.status, error_code=outgoing.telling_code)
            if outgoing.silenced is not None:
                return await self._silence(message_id, outgoing, *outgoing.silenced)
            attempt = await self._begin_attempt(message_id)
            token = None
            if outgoing.is_new and attempt == 1:  # a later attempt repeats a request that had a key
                token = await self._tokens.take(outgoing.reply_to, message_id)
        return _claim(message_id, outgoing, attempt, token)

    async def accepted(self, message_id: MessageId, receipt: Receipt) -> DeliveryStatus:
        """The provider took it. Applies the reports that came before we knew its name there."""
        async with self._db.transaction():
            row = await self._db.one(ACCOUNT, {"message_id": message_id})
            if row is None:
                raise NotFound(f"There is no outbound message {message_id}.")
            await self._reports.name(row["account_id"], message_id, receipt)
            return await self._status(message_id)

    async def not_taken(self, message_id: MessageId, *, code: str, reason: str) -> None:
        """The attempt surely failed; the message waits for another one."""
        rank = DeliveryStatus.QUEUED.rank
        facts = {"message_id": message_id, "rank": rank, "code": code, "reason": storable(reason)}
        await self._change(NOT_TAKEN, facts)

    async def doubtful(self, message_id: MessageId) -> None:
        """Nobody knows whether this attempt succeeded."""
        await self._change(DOUBTFUL, {"message_id": message_id, "rank": DeliveryStatus.UNKNOWN.rank})

    async def resend_in_doubt(self, message_id: MessageId) -> None:
        """Give the doubt up and allow another attempt; on record that it may arrive twice."""
        await self._change(RESEND, {"message_id": message_id, "rank": DeliveryStatus.QUEUED.rank})

    async def failed(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        """Give up for good. A status that the provider reported meanwhile wins."""
        facts = {
            "message_id": message_id,
            "rank": DeliveryStatus.FAILED.rank,
            "accepted_rank": DeliveryStatus.ACCEPTED.rank,
            "code": code,
            "reason": storable(reason),
        }
        async with self._db.transaction():
            await self._change(FAIL, facts)
            return await self._status(message_id)

    async def skipped(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        """It must not leave, and nobody has to do anything about it."""
        rank = DeliveryStatus.WITHDRAWN.rank
        facts = {"message_id": message_id, "rank": rank, "code": code, "reason": storable(reason)}
        async with self._db.transaction():
            await self._change(SKIP, facts)
            return await self._status(message_id)

    async def _silence(
        self, message_id: MessageId, outgoing: _Outgoing, code: str, reason: str
    ) -> Settled:
        if outgoing.is_automated:
            status = await self.skipped(message_id, code=code, reason=reason)
            return Settled(status=status)
        status = await self.failed(message_id, code=code, reason=reason)
        return Settled(status=status, error_code=None if outgoing.diverted else code)

    async def _change(self, query: str, facts: Parameters) -> None:
        async with self._db.transaction():
            if await self._db.execute(query, facts):
                await self._reports.tell(facts["message_id"])

    async def _begin_attempt(self, message_id: MessageId) -> int:
        facts = {"message_id": message_id, "queued_rank": DeliveryStatus.QUEUED.rank}
        row = await self._db.one(BEGIN_ATTEMPT, facts)
        return row["attempts"] if row else 0

    async def _status(self, message_id: MessageId) -> DeliveryStatus:
        row = await self._db.one(STATUS, {"message_id": message_id})
        if row is None:
            raise NotFound(f"There is no outbound message {message_id}.")
        return DeliveryStatus(row["status"])


def _claim(message_id: MessageId, outgoing: _Outgoing, attempt: int, reply_token: str | None) -> Claim:
    return Claim(
        message=OutboundMessage(
            message_id=message_id,
            endpoint_address=outgoing.endpoint_address,
            recipient=outgoing.recipient,
            content=outgoing.content,
            endpoint_settings=outgoing.endpoint_settings,
            author=outgoing.author,
            author_name=outgoing.author_name,
            reply_token=reply_token,
        ),
        account_id=outgoing.account_id,
        endpoint_id=outgoing.endpoint_id,
        conversation_id=outgoing.conversation_id,
        attempt=attempt,
        is_template=outgoing.is_template,
        window_expires_at=outgoing.window_expires_at,
        doubtful_since=outgoing.unresolved_since,
        diverted=outgoing.diverted,
        without_key=reply_token is not None or (outgoing.without_key and not outgoing.is_new),
    )
