"""Encrypts everything of ours that Temporal keeps: inputs, results, summaries, errors.

What operators search by (ids, types, search attributes) stays readable: Temporal needs it.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from domain.errors import ConfigurationError

ENCODING: Final = b"binary/encrypted"
KEY_ID: Final = "encryption-key-id"
_ENCODING: Final = "encoding"
_NONCE_BYTES: Final = 12
"""Drawn at random: safe for 2^32 payloads under one key (NIST SP 800-38D, 8.3). A conversation has
some forty, so replace the key within a hundred million conversations."""

_NO_KEYS: Final = "HOLDFAST_SECRET_KEYS is not set, and nothing enters Temporal unencrypted."
_WRONG_KEYS: Final = (
    "A payload in Temporal cannot be decrypted: the key it was encrypted with is not in"
    " HOLDFAST_SECRET_KEYS, or it was damaged. Put the earlier key back, after the newest one."
)


@dataclass(frozen=True)
class _Cipher:
    """One key. Its id tells which one it is, and nothing about it."""

    key_id: bytes
    aead: AESGCM = field(repr=False)

    @classmethod
    def of(cls, key: str) -> Self:
        """Keys of its own, so that nothing here fits what the same setting protects elsewhere."""
        aead = AESGCM(_derived(key, b"holdfast temporal payloads 1", 32))
        return cls(_derived(key, b"holdfast temporal key id 1", 8).hex().encode(), aead)

    def seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self.aead.encrypt(nonce, payload.SerializeToString(), self.key_id)
        return Payload(
            metadata={_ENCODING: ENCODING, KEY_ID: self.key_id},
            data=nonce + sealed,
        )

    def open(self, payload: Payload) -> Payload:
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        return Payload.FromString(self.aead.decrypt(nonce, sealed, self.key_id))


class EncryptionCodec(PayloadCodec):
    """The first key encrypts, every key decrypts.

    What was never encrypted passes: histories of before, and what other tools put in.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = [_Cipher.of(key) for key in keys]
        self._by_id = {cipher.key_id: cipher for cipher in self._ciphers}

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        if not self._ciphers:
            raise ConfigurationError(_NO_KEYS)
        return [self._ciphers[0].seal(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get(_ENCODING) != ENCODING:
            return payload
        try:
            return self._by_id[payload.metadata[KEY_ID]].open(payload)
        except (KeyError, InvalidTag, ValueError, DecodeError):
            raise ConfigurationError(_WRONG_KEYS) from None


def _derived(key: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(key.encode())
