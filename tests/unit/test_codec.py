"""The payload codec: only our keys open what Temporal keeps, and what was never sealed passes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from domain.errors import ConfigurationError
from runtime.codec import ENCODING, KEY_ID, EncryptionCodec
from runtime.keyring import new_key
from runtime.settings import Settings
from runtime.temporal import DATA_CONVERTER, connect, data_converter

OLD, NEW = new_key(), new_key()
SECRET = Payload(metadata={"encoding": b"json/plain"}, data=b'"Where is my parcel?"')


async def sealed(*keys: str, payload: Payload = SECRET) -> Payload:
    (found,) = await EncryptionCodec(keys).encode([payload])
    return found


@given(data=st.binary(max_size=2_000), encoding=st.binary(max_size=30))
async def test_what_is_sealed_is_opened_again(data: bytes, encoding: bytes) -> None:
    payload = Payload(metadata={"encoding": encoding}, data=data)
    codec = EncryptionCodec([NEW])
    assert await codec.decode(await codec.encode([payload])) == [payload]


async def test_inv9_nothing_of_the_content_is_in_what_temporal_keeps() -> None:
    kept = (await sealed(NEW)).SerializeToString()
    assert b"parcel" not in kept
    assert b"json/plain" not in kept
    assert NEW.encode() not in kept


async def test_the_same_payload_never_looks_the_same() -> None:
    assert (await sealed(NEW)).data != (await sealed(NEW)).data


async def test_the_first_key_seals_and_every_key_opens() -> None:
    older, newer = await sealed(OLD), await sealed(NEW, OLD)
    assert older.metadata[KEY_ID] != newer.metadata[KEY_ID]
    assert await EncryptionCodec([NEW, OLD]).decode([older, newer]) == [SECRET, SECRET]
    assert await EncryptionCodec([NEW]).decode([newer]) == [SECRET]


async def test_a_key_that_is_gone_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="Put the earlier key back") as caught:
        await EncryptionCodec([NEW]).decode([await sealed(OLD)])
    assert OLD not in str(caught.value)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda payload: Payload(metadata=payload.metadata, data=payload.data[:-1]),
        lambda payload: Payload(metadata=payload.metadata, data=payload.data[:5]),
        lambda payload: Payload(metadata=payload.metadata, data=payload.data[::-1]),
        lambda payload: Payload(metadata={"encoding": ENCODING}, data=payload.data),
        lambda payload: Payload(metadata={**payload.metadata, KEY_ID: b"x"}, data=payload.data),
    ],
    ids=["cut", "nearly gone", "reversed", "without its key", "with an unknown key"],
)
async def test_a_damaged_payload_is_refused(damaged: Callable[[Payload], Payload]) -> None:
    with pytest.raises(ConfigurationError):
        await EncryptionCodec([NEW]).decode([damaged(await sealed(NEW))])


async def test_one_key_does_not_pass_for_another() -> None:
    payload, other = await sealed(OLD), await sealed(NEW)
    swapped = Payload(metadata=other.metadata, data=payload.data)
    with pytest.raises(ConfigurationError):
        await EncryptionCodec([NEW, OLD]).decode([swapped])


async def test_what_was_never_sealed_passes() -> None:
    assert await EncryptionCodec([NEW]).decode([SECRET, Payload()]) == [SECRET, Payload()]


async def test_without_a_key_nothing_leaves() -> None:
    with pytest.raises(ConfigurationError, match="HOLDFAST_SECRET_KEYS"):
        await sealed()


def test_inv9_a_codec_shows_no_key() -> None:
    codec = EncryptionCodec([NEW])
    assert NEW not in f"{codec!r}{vars(codec)}"


async def test_inv9_errors_are_sealed_too() -> None:
    converter = data_converter([NEW])
    failure = await encoded(ApplicationError("no such number +4915112345678", type="refused"))
    assert b"4915112345678" not in failure.SerializeToString()
    found = await converter.decode_failure(failure)
    assert isinstance(found, ApplicationError)
    assert (found.message, found.type) == ("no such number +4915112345678", "refused")


async def encoded(error: Exception) -> Failure:
    failure = Failure()
    await data_converter([NEW]).encode_failure(error, failure)
    return failure


async def test_every_process_connects_with_the_codec() -> None:
    keys = Settings.model_validate({"secret_keys": f"{NEW},{OLD}"})
    client = await connect(keys, lazy=True)
    (payload,) = await client.data_converter.encode(["x"])
    assert payload.metadata["encoding"] == ENCODING
    assert await data_converter([NEW]).decode([payload]) == ["x"]
    assert client.data_converter.payload_converter_class is DATA_CONVERTER.payload_converter_class
