"""What is said at a trigger: the configured messages, written in the transaction that records it."""

from collections.abc import Sequence
from typing import Final

from domain.automated import SAID_ANYWAY, Recipient
from domain.effects import Trigger
from domain.ids import ConversationId, MessageId
from domain.values import Value
from domain.wording import Wording
from storage.database import Database
from storage.system_messages import Place, Saying, SystemMessages

# An endpoint's own takes the place of its channel's, even to say nothing.
CONFIGURED: Final = """
    SELECT chosen.trigger, chosen.recipient, chosen.wording FROM (
        SELECT DISTINCT ON (a.trigger, a.recipient) a.trigger, a.recipient, a.wording, a.enabled
        FROM automated_messages a
        WHERE a.trigger = ANY (%(triggers)s) AND a.deleted_at IS NULL
          AND (a.endpoint_id = %(endpoint_id)s OR (a.endpoint_id IS NULL AND a.channel = %(channel)s))
        ORDER BY a.trigger, a.recipient, a.endpoint_id NULLS LAST
    ) AS chosen
    WHERE chosen.enabled
    ORDER BY chosen.trigger, chosen.recipient DESC
"""


class _Configured(Value):
    trigger: Trigger
    recipient: Recipient
    wording: Wording


class Announcements:
    """Every call belongs into a transaction of the caller: the one that makes it true."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._messages = SystemMessages(db)

    async def announce(
        self, conversation_id: ConversationId, triggers: Sequence[Trigger], cause: str
    ) -> tuple[MessageId, ...]:
        """Say what is configured for them; return what is to leave, in order."""
        place = await self._messages.place(conversation_id) if triggers else None
        return await self.announce_in(place, triggers, cause) if place else ()

    async def announce_in(
        self, place: Place, triggers: Sequence[Trigger], cause: str
    ) -> tuple[MessageId, ...]:
        which = {
            "triggers": [trigger.value for trigger in triggers],
            "endpoint_id": place.endpoint_id,
            "channel": place.channel,
        }
        rows = _with_said_anyway(triggers, await self._db.rows(_Configured, CONFIGURED, which))
        configured = sorted(rows, key=lambda row: triggers.index(row.trigger))
        said = [await self._say(place, row, cause) for row in configured]
        return tuple(message_id for message_id in said if message_id)

    async def announced(
        self, conversation_id: ConversationId, triggers: Sequence[Trigger], cause: str
    ) -> tuple[MessageId, ...]:
        """What the same call said before, as far as it is still to leave."""
        if not triggers:
            return ()
        causes = [_cause(trigger, Recipient.CUSTOMER, cause) for trigger in triggers]
        return await self._messages.still_to_leave(conversation_id, causes)

    async def _say(self, place: Place, row: _Configured, cause: str) -> MessageId | None:
        worded = row.wording.in_language(place.language)
        if worded is None:
            return None
        leaves = row.recipient is Recipient.CUSTOMER
        saying = Saying(
            cause=_cause(row.trigger, row.recipient, cause),
            text=worded.text,
            leaves=leaves,
            details={"automated": row.trigger, "language": worded.language},
        )
        message_id = await self._messages.say(place, saying)
        return message_id if leaves else None


def _with_said_anyway(
    triggers: Sequence[Trigger], configured: Sequence[_Configured]
) -> list[_Configured]:
    told = {row.trigger for row in configured if row.recipient is Recipient.CUSTOMER}
    silent = [trigger for trigger in triggers if trigger in SAID_ANYWAY and trigger not in told]
    anyway = (
        _Configured(trigger=trigger, recipient=Recipient.CUSTOMER, wording=SAID_ANYWAY[trigger])
        for trigger in silent
    )
    return [*configured, *anyway]


def _cause(trigger: Trigger, recipient: Recipient, cause: str) -> str:
    return f"{trigger}/{recipient}/{cause}"
