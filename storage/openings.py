"""What is said when a conversation begins: monitoring notice, greeting, hours, consent question."""

from typing import Final
from uuid import UUID

from domain.conversations import MailKind
from domain.effects import Trigger
from domain.ids import ConversationId, MessageId
from domain.notices import ConsentQuestion, MonitoringNotice, NoticeChoice
from domain.overflow import OverflowAction, OverflowCondition, Overflowed
from domain.values import Value
from storage.announcements import Announcements
from storage.database import Database
from storage.mailbox import Mailbox
from storage.system_messages import Place, Saying, SystemMessages

POLICY: Final = """
    SELECT w.monitoring_notice AS choice, w.consent, o.monitoring_notice AS notice,
           EXISTS (SELECT FROM consent_views s WHERE s.address_id = %(address_id)s) AS was_asked,
           (SELECT d.explanation -> 'overflowed' FROM routing_decisions d
            WHERE d.conversation_id = %(conversation_id)s
            ORDER BY d.decision_id LIMIT 1) AS overflowed
    FROM workstreams w
    LEFT JOIN organizations o ON true
    WHERE w.workstream_id = %(workstream_id)s
"""
KEEP_NOTICE: Final = """
    UPDATE conversations SET notice_message_id = %(message_id)s
    WHERE conversation_id = %(conversation_id)s
"""
# A question that never left may be asked again.
KEEP_QUESTION: Final = """
    INSERT INTO consent_questions
        (address_id, conversation_id, message_id, text_version, language, yes_words, no_words)
    VALUES (%(address_id)s, %(conversation_id)s, %(message_id)s, %(text_version)s, %(language)s,
            %(yes)s, %(no)s)
    ON CONFLICT (address_id) DO UPDATE
    SET conversation_id = excluded.conversation_id, message_id = excluded.message_id,
        text_version = excluded.text_version, language = excluded.language,
        yes_words = excluded.yes_words, no_words = excluded.no_words,
        asked_at = statement_timestamp()
    WHERE consent_questions.answer IS NULL
"""
# From now on nobody is asked to take it, although its workflow does not know yet.
END: Final = """
    UPDATE conversations SET ended_by = 'overflow_ended' WHERE conversation_id = %(conversation_id)s
"""
_OPENING: Final = "opening"
"""The cause: a conversation begins once."""
NOTICE: Final = "monitoring_notice"
QUESTION: Final = "consent_question"


class _Policy(Value):
    choice: NoticeChoice
    consent: ConsentQuestion
    notice: MonitoringNotice | None
    was_asked: bool
    overflowed: Overflowed | None

    @property
    def gives_notice(self) -> bool:
        as_organization = self.choice is NoticeChoice.AS_ORGANIZATION
        enabled = self.notice is not None and self.notice.enabled
        return enabled if as_organization else self.choice is NoticeChoice.ON

    @property
    def ends_at_once(self) -> bool:
        return self.overflowed is not None and self.overflowed.action is OverflowAction.END

    @property
    def triggers(self) -> list[Trigger]:
        """Who is not let in is not greeted either."""
        found = self.overflowed
        greets = [] if self.ends_at_once else [Trigger.CONVERSATION_OPENED]
        if found is None or found.condition is not OverflowCondition.OUT_OF_HOURS:
            return greets
        return [*greets, Trigger.HOLIDAY if found.is_holiday else Trigger.OUT_OF_HOURS]


class Openings:
    """Belongs into the transaction that opens the conversation, after its first message."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._messages = SystemMessages(db)
        self._announcements = Announcements(db)
        self._mailbox = Mailbox(db)

    async def opened(self, conversation_id: ConversationId) -> None:
        """Say what is configured, and hand it over with the mail that starts the conversation."""
        place = await self._messages.place(conversation_id)
        policy = place and await self._db.row(_Policy, POLICY, place.model_dump())
        if not (place and policy):
            return
        said = [
            await self._notify(place, policy),
            *await self._announcements.announce_in(place, policy.triggers, _OPENING),
            None if policy.ends_at_once else await self._ask(place, policy),
        ]
        for message_id in said:
            if message_id is not None:
                await self._mailbox.post(conversation_id, MailKind.SYSTEM_WROTE, message_id)
        if policy.ends_at_once:
            await self._mailbox.post(conversation_id, MailKind.OVERFLOW_ENDED)
            await self._db.execute(END, {"conversation_id": conversation_id})

    async def _notify(self, place: Place, policy: _Policy) -> MessageId | None:
        if policy.notice is None or not policy.gives_notice:
            return None
        worded = policy.notice.in_language(place.language)
        if worded is None:
            return None
        details = _details(NOTICE, worded.language, policy.notice.text_version)
        saying = Saying(cause=NOTICE, text=worded.text, details=details)
        message_id = await self._messages.say(place, saying)
        facts = {"conversation_id": place.conversation_id, "message_id": message_id}
        await self._db.execute(KEEP_NOTICE, facts)
        return message_id

    async def _ask(self, place: Place, policy: _Policy) -> MessageId | None:
        question = policy.consent
        language = question.language_for(place.language)
        if question.mode == "off" or policy.was_asked or language is None:
            return None
        details = _details(QUESTION, language, question.text_version)
        text = question.texts[language].question
        message_id = await self._messages.say(place, Saying(cause=QUESTION, text=text, details=details))
        await self._db.execute(KEEP_QUESTION, _asked(place, question, language, message_id))
        return message_id


def _details(what: str, language: str, version: int) -> dict[str, str]:
    return {"automated": what, "language": language, "text_version": str(version)}


def _asked(
    place: Place, question: ConsentQuestion, language: str, message_id: UUID
) -> dict[str, object]:
    return {
        "address_id": place.address_id,
        "conversation_id": place.conversation_id,
        "message_id": message_id,
        "text_version": question.text_version,
        "language": language,
        "yes": list(question.yes),
        "no": list(question.no),
    }
