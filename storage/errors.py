"""The one place where an error of PostgreSQL becomes one of ours. No psycopg type leaves storage/."""

from typing import Final

from psycopg import DataError, Error, IntegrityError, InterfaceError, OperationalError
from psycopg.errors import (
    ForeignKeyViolation,
    ProgramLimitExceeded,
    RestrictViolation,
    UniqueViolation,
)

from domain.errors import Conflict, HoldfastError, InvalidInput, StillInUse, Unavailable

# What people are told about each unique constraint they can run into: the field, and the sentence.
_TAKEN: Final[dict[str, tuple[str, str]]] = {
    "accounts_name_taken": ("name", "Another account has this name. Choose another one."),
    "agents_email_taken": ("email", "Another agent signs in with this e-mail address."),
    "api_keys_hash_taken": ("key", "This key exists already. Create a new one."),
    "automated_messages_channel_taken": (
        "trigger",
        "This channel has an automated message for this trigger and recipient. Change that one.",
    ),
    "automated_messages_endpoint_taken": (
        "trigger",
        "This endpoint has an automated message for this trigger and recipient. Change that one.",
    ),
    "capacity_profiles_name_taken": ("name", "Another capacity profile has this name."),
    "endpoints_address_taken": ("address", "Another endpoint of this channel has this address."),
    "queues_name_taken": ("name", "Another queue has this name. Choose another one."),
    "routing_rulesets_one_of_a_kind": (
        "kind",
        "This workstream has a set of rules of this kind. Change that one.",
    ),
    "skills_name_taken": ("name", "Another skill has this name. Choose another one."),
    "templates_name_taken": ("name", "Another template of this account has this name."),
    "workstreams_name_taken": ("name", "Another workstream has this name. Choose another one."),
}


def translated(error: Error) -> Exception:
    """What this error means to a caller; the error itself when it is a bug of ours."""
    if isinstance(error, IntegrityError):
        return _broken_rule(error)
    if isinstance(error, DataError | ProgramLimitExceeded):  # a value too large is no outage
        return InvalidInput("The database cannot store this value. Check its length and characters.")
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable("The database does not answer. Nothing was changed; try again.")
    return error


def _broken_rule(error: IntegrityError) -> HoldfastError | IntegrityError:
    name = error.diag.constraint_name or ""
    if isinstance(error, UniqueViolation):
        field, sentence = _TAKEN.get(name, (name, "This exists already."))
        return Conflict(sentence, field=field)
    if isinstance(error, RestrictViolation):  # since PostgreSQL 18; before, a ForeignKeyViolation
        return StillInUse("Something else still refers to this. Remove that first.", constraint=name)
    if isinstance(error, ForeignKeyViolation):
        return InvalidInput("This refers to something that does not exist.", constraint=name)
    return error
