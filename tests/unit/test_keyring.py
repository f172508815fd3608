"""The keyring: encrypts with the newest key, reads with any, and says so when none fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ConfigurationError
from runtime.keyring import Keyring, new_key
from runtime.wiring import SecretBox

OLD, NEW = new_key(), new_key()


@given(st.binary(max_size=1000))
def test_what_is_encrypted_is_read_again(plain: bytes) -> None:
    keyring = Keyring([NEW])
    assert keyring.decrypt(keyring.encrypt(plain)) == plain


def test_text_comes_back_as_text() -> None:
    box = SecretBox(Keyring([NEW]))
    token = box.encrypt("schlüssel 鍵")
    assert box.decrypt(token) == "schlüssel 鍵"


def test_the_plain_text_is_not_in_the_token() -> None:
    assert b"auth-token" not in Keyring([NEW]).encrypt(b"auth-token")


def test_an_older_key_still_reads() -> None:
    token = Keyring([OLD]).encrypt(b"secret")
    assert Keyring([NEW, OLD]).decrypt(token) == b"secret"


def test_the_first_key_encrypts() -> None:
    token = Keyring([NEW, OLD]).encrypt(b"secret")
    assert Keyring([NEW]).decrypt(token) == b"secret"


def test_after_rotation_the_old_key_can_be_removed() -> None:
    token = Keyring([OLD]).encrypt(b"secret")
    assert Keyring([NEW]).decrypt(Keyring([NEW, OLD]).rotate(token)) == b"secret"


def test_a_missing_key_is_explained() -> None:
    token = Keyring([OLD]).encrypt(b"secret")
    for attempt in (Keyring([NEW]).decrypt, Keyring([NEW]).rotate):
        with pytest.raises(ConfigurationError, match="HOLDFAST_SECRET_KEYS"):
            attempt(token)


def test_a_damaged_token_is_refused() -> None:
    keyring = Keyring([NEW])
    token = bytearray(keyring.encrypt(b"secret"))
    token[-1] ^= 1
    with pytest.raises(ConfigurationError):
        keyring.decrypt(bytes(token))


@pytest.mark.parametrize("keys", [[], ["not-a-key"], [NEW, "c2hvcnQ="]])
def test_there_is_no_keyring_without_good_keys(keys: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="keys new") as caught:
        Keyring(keys)
    assert NEW not in str(caught.value)


def test_a_keyring_does_not_show_its_keys() -> None:
    assert NEW not in repr(Keyring([NEW]))
    assert NEW not in str(vars(Keyring([NEW])))
