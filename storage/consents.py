"""Whether customers want to be written to, as they say by other means than a message."""

from typing import Final

from domain.channels import ChannelName
from domain.conversations import MailKind
from domain.ids import ConversationId
from domain.messages import ConsentReported
from domain.values import Value
from storage.database import Database
from storage.documents import storable
from storage.mailbox import Mailbox

# What was said last counts, in whichever order it comes; to write is to allow, too, unless it is the
# word by which one opts out: that comes at the same time. Who never wrote is not kept: nobody could
# write to them.
CHANGE: Final = """
    WITH told AS (
        SELECT a.address_id, a.opted_out_at, coalesce(%(reported_at)s, statement_timestamp()) AS at
        FROM addresses a
        WHERE a.channel = %(channel)s AND a.value = %(value)s
        FOR NO KEY UPDATE
    ), changed AS (
        UPDATE addresses a
        SET opted_out_at = CASE WHEN %(opted_out)s THEN greatest(a.opted_out_at, told.at) END,
            consent_at = told.at
        FROM told
        WHERE a.address_id = told.address_id
          AND (a.consent_at IS NULL OR a.consent_at < told.at)
          AND NOT (%(opted_out)s AND EXISTS (
              SELECT FROM conversations c JOIN messages m ON m.conversation_id = c.conversation_id
              WHERE c.address_id = a.address_id AND c.last_inbound_at > told.at
                AND m.direction = 'inbound'
                AND coalesce(m.sent_at, m.at) > told.at + interval '1 minute'
          ))
        RETURNING a.address_id, told.opted_out_at IS NULL AS was_allowed
    ), running AS (
        SELECT c.conversation_id FROM conversations c, changed
        WHERE c.address_id = changed.address_id AND c.state <> 'closed'
          AND changed.was_allowed = %(opted_out)s
    ), events AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT conversation_id, 'conversation_changed' FROM running
    )
    SELECT conversation_id, pg_notify('holdfast_events', '') FROM running ORDER BY conversation_id
"""


class _Running(Value):
    conversation_id: ConversationId


class Consents:
    """The column `opted_out_at` of addresses, beside what intake and reports write there."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def report(self, channel: ChannelName, event: ConsentReported) -> list[ConversationId]:
        """Apply it, once; return the conversations that got mail."""
        facts = {
            "channel": channel,
            "value": storable(event.sender.address),
            "opted_out": event.opted_out,
            "reported_at": event.reported_at,
        }
        async with self._db.transaction():
            running = [row.conversation_id for row in await self._db.rows(_Running, CHANGE, facts)]
            if not event.opted_out:
                return []
            mailbox = Mailbox(self._db)
            posted = [await mailbox.post(each, MailKind.CUSTOMER_OPTED_OUT) for each in running]
        return [each for each, was_posted in zip(running, posted, strict=True) if was_posted]
