"""Everything that is kept of one person, in one document."""

from datetime import UTC, datetime
from typing import Final

from pydantic import Field

from domain.configuration import AuditEntry
from domain.conversations import ConversationRecord
from domain.errors import Conflict
from domain.ids import ContactId, ConversationId
from domain.messages import Note
from domain.notices import ConsentShown
from domain.routing_decisions import KeptDecision
from domain.values import Value
from domain.views import MessageView
from storage.contacts import Address, Contact, ContactIdentifier, Contacts, KeptFile, UnreadWebhook
from storage.leftovers import Wanted
from storage.messages import Messages
from storage.notes import Notes
from storage.routing_decisions import RoutingDecisions

PAGE: Final = 200
# A document of some 50 MB. Nobody has written so much to anybody yet.
MOST_MESSAGES: Final = 50_000


class ExportedConversation(Value):
    """A conversation with all that was said and remarked in it."""

    conversation: ConversationRecord
    messages: tuple[MessageView, ...]
    notes: tuple[Note, ...]
    routing: tuple[KeptDecision, ...] = ()


class ContactExport(Value):
    """All that is kept of a person. The bytes of files are fetched on their own."""

    exported_at: datetime
    contact: Contact
    addresses: tuple[Address, ...]
    ids: tuple[ContactIdentifier, ...]
    consents: tuple[ConsentShown, ...] = ()
    """What they were asked to agree to, and what they answered."""
    conversations: tuple[ExportedConversation, ...]
    files: tuple[KeptFile, ...]
    unread_webhooks: tuple[UnreadWebhook, ...] = Field(default=())
    audit: tuple[AuditEntry, ...]
    """What people inside did about this contact, such as this export."""


class ContactExporting:
    """Reads page by page; what it returns is as large as the person's history."""

    def __init__(
        self, contacts: Contacts, messages: Messages, notes: Notes, decisions: RoutingDecisions
    ) -> None:
        self._contacts = contacts
        self._messages = messages
        self._notes = notes
        self._decisions = decisions

    async def export(self, contact_id: ContactId) -> ContactExport:
        """Raise NotFound, or Conflict when it is too much for one document."""
        contact = await self._contacts.get(contact_id)
        if await self._contacts.message_count(contact_id) > MOST_MESSAGES:
            raise Conflict(
                f"This person has more than {MOST_MESSAGES:,} messages, too many for one document."
                " Ask an operator to export them from PostgreSQL."
            )
        addresses = await self._contacts.addresses(contact_id)
        ids = await self._contacts.ids(contact_id)
        wanted = Wanted.of([each.value for each in addresses] + [each.value for each in ids])
        conversations = await self._contacts.conversations(contact_id)
        return ContactExport(
            exported_at=datetime.now(UTC),
            contact=contact,
            addresses=tuple(addresses),
            ids=tuple(ids),
            consents=tuple(await self._contacts.consents(contact_id)),
            conversations=tuple([await self._whole(each) for each in conversations]),
            files=tuple(await self._contacts.files(contact_id)),
            unread_webhooks=tuple(await self._contacts.unread_webhooks(wanted)) if wanted else (),
            audit=tuple(await self._contacts.audit(contact_id)),
        )

    async def _whole(self, conversation: ConversationRecord) -> ExportedConversation:
        conversation_id = conversation.conversation_id
        return ExportedConversation(
            conversation=conversation,
            messages=tuple(await self._transcript(conversation_id)),
            notes=tuple(await self._remarks(conversation_id)),
            routing=tuple(await self._routing(conversation_id)),
        )

    async def _transcript(self, conversation_id: ConversationId) -> list[MessageView]:
        found: list[MessageView] = []
        while page := await self._messages.transcript(
            conversation_id, found[-1].seq if found else 0, PAGE
        ):
            found += page
        return found

    async def _routing(self, conversation_id: ConversationId) -> list[KeptDecision]:
        found, cursor = await self._decisions.listing(conversation_id, None, PAGE)
        while cursor is not None:
            page, cursor = await self._decisions.listing(conversation_id, cursor, PAGE)
            found += page
        return found

    async def _remarks(self, conversation_id: ConversationId) -> list[Note]:
        found, cursor = await self._notes.listing(conversation_id, None, PAGE)
        while cursor is not None:
            page, cursor = await self._notes.listing(conversation_id, cursor, PAGE)
            found += page
        return found
