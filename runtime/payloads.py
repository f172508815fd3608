"""The payload codec as the API uses it: for payloads in JSON instead of protobuf."""

from collections.abc import Sequence

from temporalio.api.common.v1 import Payload

from application.payloads import EncodedPayload
from domain.errors import ConfigurationError, InvalidInput
from runtime.codec import EncryptionCodec


class PayloadCodec:
    """The same codec and the same keys as everywhere."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._codec = EncryptionCodec(keys)

    async def encode(self, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        return _told(await self._codec.encode(map(_payload, payloads)))

    async def decode(self, payloads: Sequence[EncodedPayload]) -> list[EncodedPayload]:
        try:
            return _told(await self._codec.decode(map(_payload, payloads)))
        except ConfigurationError as error:
            raise InvalidInput(str(error)) from error


def _payload(told: EncodedPayload) -> Payload:
    return Payload(metadata=told.metadata, data=told.data)


def _told(payloads: Sequence[Payload]) -> list[EncodedPayload]:
    return [EncodedPayload(metadata=dict(each.metadata), data=each.data) for each in payloads]
