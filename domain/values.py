"""The base of every value that crosses a border: frozen, and tolerant of fields it does not know."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value.

    Unknown fields are ignored on purpose: after a rollback an old worker must still read what a
    newer one wrote into a history. What people type (API bodies, settings) forbids them instead.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
