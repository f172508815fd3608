"""What Temporal keeps encrypted, readable for operators: each look is on record, without content."""

import base64
from collections.abc import Sequence
from typing import Annotated, Final, Protocol

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from application.configuration.audit import AuditTrail
from domain.configuration import Caller
from domain.values import Value

SUBJECT: Final = "temporal_payloads"


def _bytes_of(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Base64 = Annotated[
    bytes,
    BeforeValidator(_bytes_of),
    PlainSerializer(lambda raw: base64.b64encode(raw).decode(), when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


class EncodedPayload(Value):
    """One payload, in the JSON that the Temporal UI and its command line speak."""

    metadata: dict[str, Base64] = Field(default_factory=dict)
    data: Base64 = b""


class Codec(Protocol):
    """What every payload of ours goes through on its way into Temporal and out of it."""

    async def encode(self, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        """Seal them."""

    async def decode(self, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        """Open those that are sealed. Raise InvalidInput when a key is missing."""


class PayloadReading:
    """Opens and seals payloads for operators."""

    def __init__(self, codec: Codec, trail: AuditTrail) -> None:
        self._codec = codec
        self._trail = trail

    async def decode(self, caller: Caller, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        """Nothing is shown that is not on record."""
        await self._record(caller, "decoded", payloads)
        return await self._codec.decode(payloads)

    async def encode(self, caller: Caller, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        """For what an operator sends to a workflow by hand."""
        await self._record(caller, "encoded", payloads)
        return await self._codec.encode(payloads)

    async def _record(self, caller: Caller, action: str, payloads: Sequence[EncodedPayload]) -> None:
        await self._trail.record(caller, action, SUBJECT, None, {"payloads": len(payloads)})
