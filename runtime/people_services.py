"""Puts together what is done with the data of one person: export and erasure."""

from application.configuration.audit import AuditTrail
from application.contact_export import ContactExporting
from application.erasure import Erasing
from application.identity_hashes import IdentityHashes
from application.personal_data import PersonalData
from runtime.surroundings import Surroundings
from storage.audit import AuditLog
from storage.contacts import Contacts
from storage.messages import Messages
from storage.notes import Notes
from storage.routing_decisions import RoutingDecisions

__all__ = ["eraser", "personal_data"]


def eraser(around: Surroundings) -> Erasing:
    """What the worker erases with."""
    return Erasing(
        database=around.database,
        blobs=around.blobs,
        conversations=around.conversations,
        starter=around.erasures,
        hashes=IdentityHashes(around.secret_keys),
    )


def personal_data(around: Surroundings) -> PersonalData:
    """What the API exports with, and begins an erasure with."""
    database = around.database
    contacts = Contacts(database)
    return PersonalData(
        database=database,
        contacts=contacts,
        exporting=ContactExporting(
            contacts, Messages(database), Notes(database), RoutingDecisions(database)
        ),
        hashes=IdentityHashes(around.secret_keys),
        starter=around.erasures,
        trail=AuditTrail(AuditLog(database)),
    )
