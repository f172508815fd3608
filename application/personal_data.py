"""What a person outside may ask for: what is kept of them, and that it is erased."""

from typing import Final
from uuid import UUID

from application.configuration.audit import AuditTrail
from application.contact_export import ContactExport, ContactExporting
from application.identity_hashes import IdentityHashes
from domain.configuration import Caller
from domain.erasure import Erasure, ErasureState
from domain.errors import StillInUse
from domain.ids import ContactId
from storage.contacts import Contact, Contacts
from storage.database import Database
from storage.erasures import Erasures
from storage.leftovers import Leftovers
from workflows.erasure_client import ErasureStarter

SUBJECT: Final = "contact"
MOST_FOUND: Final = 20
# How many running conversations a refusal names.
NAMED: Final = 20


class PersonalData:
    """Finds, hands out and erases what is kept of one contact. All of it is on record."""

    def __init__(
        self,
        *,
        database: Database,
        contacts: Contacts,
        exporting: ContactExporting,
        hashes: IdentityHashes,
        starter: ErasureStarter,
        trail: AuditTrail,
    ) -> None:
        self._database = database
        self._contacts = contacts
        self._exporting = exporting
        self._hashes = hashes
        self._starter = starter
        self._trail = trail
        self._erasures = Erasures(database)
        self._leftovers = Leftovers(database)

    async def find(self, caller: Caller, identifier: str) -> list[Contact]:
        """Who is known, or was until they were erased, by this number or id."""
        spellings = _spellings(identifier)
        hashes = [each for text in spellings for each in self._hashes.possible(text)]
        async with self._database.transaction():
            found = await self._contacts.known_as(spellings, hashes, MOST_FOUND)
            for contact in found:
                await self._trail.record(caller, "found", SUBJECT, contact.contact_id)
        return found

    async def export(self, caller: Caller, contact_id: ContactId) -> ContactExport:
        """Everything that is kept of a person."""
        await self._contacts.get(contact_id)
        await self._trail.record(caller, "exported", SUBJECT, contact_id)
        return await self._exporting.export(contact_id)

    async def erase(
        self, caller: Caller, contact_id: ContactId, erasure_id: UUID, *, close_running: bool
    ) -> Erasure:
        """Have a person erased. Asking again finds the erasure that is under way, or was done.

        Raises StillInUse while conversations run, unless they may be closed by force.
        """
        async with self._database.transaction():
            done = await self._done_already(contact_id)
            if done is not None:
                return done
            await self._refuse_while_running(contact_id, close_running=close_running)
            erasure = await self._erasures.request(contact_id, caller.name, erasure_id)
            facts: dict[str, object] = {"erasure_id": str(erasure.erasure_id)}
            await self._trail.record(caller, "erasure_requested", SUBJECT, contact_id, facts)
        # When nobody can be told now, the housekeeping round starts it within the hour.
        await self._starter.start(erasure.erasure_id)
        return erasure

    async def erasure(self, contact_id: ContactId) -> Erasure:
        """How far it is. Raise NotFound when nobody asked for one."""
        return await self._erasures.latest(contact_id)

    async def _done_already(self, contact_id: ContactId) -> Erasure | None:
        contact = await self._contacts.get(contact_id)
        if contact.erased_at is None:
            return None
        latest = await self._erasures.latest(contact_id)
        kept = await self._leftovers.still_kept(contact_id)
        return latest if latest.state is ErasureState.DONE and not any(kept.values()) else None

    async def _refuse_while_running(self, contact_id: ContactId, *, close_running: bool) -> None:
        running = await self._erasures.running(contact_id)
        if running and not close_running:
            raise StillInUse(
                f"This person has {len(running)} running conversations. End them first, or repeat the"
                " request with close_running: then they are closed by force.",
                conversations=[str(place.conversation_id) for place in running[:NAMED]],
            )


def _spellings(identifier: str) -> list[str]:
    """A number is asked for with or without its plus sign, its spaces and its channel."""
    number = identifier.rpartition(":")[2].removeprefix("+").translate(_PUNCTUATION)
    if not (number.isascii() and number.isdigit()):
        return [identifier]
    return list(dict.fromkeys([identifier, number, f"+{number}", f"whatsapp:+{number}"]))


_PUNCTUATION: Final = str.maketrans("", "", " ()./-")
