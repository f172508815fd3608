"""Encryption of what we must be able to read again: provider secrets.

The first key encrypts and every key decrypts, so a key is replaced by putting a new one in front,
rotating what is stored, and only then removing the old one.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.errors import ConfigurationError
from runtime.settings import Settings

_WRONG_KEYS = (
    "A stored secret cannot be decrypted: the key it was encrypted with is not in HOLDFAST_SECRET_KEYS,"
    " or the stored value was damaged. Put the earlier key back, after the newest one."
)


class Keyring:
    """Encrypts with the first key; decrypts with whichever fits."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigurationError(
                "HOLDFAST_SECRET_KEYS is not set. `./holdfast keys new` prints a key."
            )
        self._fernet = MultiFernet([_fernet(key, at) for at, key in enumerate(keys, start=1)])

    @classmethod
    def of(cls, settings: Settings) -> "Keyring":
        return cls([key.get_secret_value() for key in settings.secret_keys])

    def encrypt(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def decrypt(self, token: bytes) -> bytes:
        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise ConfigurationError(_WRONG_KEYS) from None

    def rotate(self, token: bytes) -> bytes:
        """The same secret, encrypted with the first key."""
        try:
            return self._fernet.rotate(token)
        except InvalidToken:
            raise ConfigurationError(_WRONG_KEYS) from None


def new_key() -> str:
    return Fernet.generate_key().decode()


def _fernet(key: str, position: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigurationError(
            f"HOLDFAST_SECRET_KEYS: key {position} is not a key. `./holdfast keys new` prints one."
        ) from None
