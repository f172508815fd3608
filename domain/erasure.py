"""Erasing a person: how far it is, and the certificate that nothing was left."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.ids import ContactId
from domain.values import Value


class ErasureState(StrEnum):
    """`incomplete`: everything was tried, and something was found again; ask once more."""

    REQUESTED = "requested"
    ERASING = "erasing"
    INCOMPLETE = "incomplete"
    DONE = "done"


class Certificate(Value):
    """What was done and what was looked for afterwards. Nothing in it tells who it was.

    `identifiers` are keyed hashes: with the secret key it can be shown whose certificate it is.
    """

    erasure_id: UUID
    contact_id: ContactId
    requested_at: datetime
    finished_at: datetime
    identifiers: tuple[str, ...] = ()
    erased: dict[str, int] = Field(default_factory=dict)
    """How many of each were erased."""
    left: dict[str, int] = Field(default_factory=dict)
    """What is still kept of the person, by what it is: all zero."""
    found: dict[str, int] = Field(default_factory=dict)
    """Rows that contain one of the identifiers, for each column that was searched: all zero."""


class Erasure(Value):
    """One erasure, as an admin sees it."""

    erasure_id: UUID
    contact_id: ContactId
    state: ErasureState
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None = None
    erased: dict[str, int] = Field(default_factory=dict)
    found: dict[str, int] = Field(default_factory=dict)
    """When it is incomplete: where something was left."""
    certificate: Certificate | None = None
