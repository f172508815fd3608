"""Payloads and failures of a history, decoded, without knowing what was expected of them."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError


class Decoder:
    """Values are what JSON has: the timeline of an old history must not need its classes."""

    def __init__(self, converter: DataConverter) -> None:
        self._converter = converter

    async def values(self, payloads: Payloads) -> list[Any]:
        """All of them."""
        return await self._converter.decode(payloads.payloads)

    async def first(self, payloads: Payloads) -> Any:  # noqa: ANN401 - whatever JSON has
        """The only argument or result; None when there is none."""
        return next(iter(await self.values(payloads)), None)

    async def summary(self, payload: Payload) -> str:
        """What the Temporal UI shows beside the event."""
        return str((await self._converter.decode([payload]))[0]) if payload.data else ""

    async def failure(self, failure: Failure) -> tuple[str, str]:
        """Its kind, and what it says."""
        error: BaseException | None = await self._converter.decode_failure(failure)
        while error is not None and not isinstance(error, ApplicationError) and error.__cause__:
            error = error.__cause__
        kind = error.type if isinstance(error, ApplicationError) else None
        return kind or type(error).__name__, str(error)


def searchable(payload: Payload) -> str | None:
    """The value of a search attribute, which is never encrypted; None when it was unset."""
    value = json.loads(payload.data or b"null")
    return str(value) if value is not None else None


def facts_of(value: object, names: Sequence[str]) -> dict[str, str]:
    """Those of these that are known."""
    if not isinstance(value, dict):
        return {}
    return {name: str(value[name]) for name in names if value.get(name) not in (None, False, "")}


def id_in(value: object) -> UUID | None:
    """The message that a command, an item of mail or an activity is about."""
    found = value.get("message_id") if isinstance(value, dict) else value
    try:
        return UUID(found) if isinstance(found, str) else None
    except ValueError:
        return None
