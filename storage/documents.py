"""Values on their way into JSONB columns."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

_ANYTHING: TypeAdapter[object] = TypeAdapter(object)


def document(value: object) -> Jsonb:
    """Any value of ours as JSONB."""
    return Jsonb(storable(_ANYTHING.dump_python(value, mode="json")))


def storable(value: Any) -> Any:  # noqa: ANN401 - JSON has no better type
    """The same value without what PostgreSQL cannot store: NUL characters and lone surrogates.

    A customer's message is never refused because of one odd character in it.
    """
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
