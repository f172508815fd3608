"""Every media store is asked the same; S3 speaks over a real connection."""

import hashlib
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx2
import pytest

from domain.errors import ConfigurationError, MediaUnavailable, NotFound
from domain.ids import new_id
from runtime import media_store
from runtime.settings import MediaStore, Settings
from storage.blobs import BlobStore, Part
from storage.s3_blobs import Bucket, S3Blobs
from tests.contract.s3_server import an_s3_server
from tests.contract.scripted_server import Answer, ScriptedServer, scripted_server

BUCKET = "holdfast-files"


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with an_s3_server(tmp_path_factory.mktemp("s3") / "log") as url:
        yield url


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator would set them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def s3_client(s3_url: str) -> Iterator[Any]:
    keys = {"aws_access_key_id": "AKIAADMIN", "aws_secret_access_key": "not-a-secret"}
    client = boto3.client("s3", endpoint_url=s3_url, region_name="us-east-1", **keys)
    yield client
    client.close()


@pytest.fixture
def s3(s3_url: str, s3_client: Any) -> Any:
    """The server's own view of an empty bucket."""
    httpx2.post(f"{s3_url}/moto-api/reset")
    s3_client.create_bucket(Bucket=BUCKET)
    return s3_client


def settings_of(store: str, tmp_path: Path, s3_url: str) -> Settings:
    return Settings(
        media_store=MediaStore(store),
        media_dir=tmp_path,
        media_s3_bucket=BUCKET,
        media_s3_endpoint_url=s3_url,
        media_s3_region="us-east-1",
        media_s3_prefix="/live/",
    )


@pytest.fixture(params=["files", "s3"])
async def blobs(
    request: pytest.FixtureRequest, tmp_path: Path, s3_url: str, s3: Any
) -> AsyncIterator[BlobStore]:
    """Each of them, through the settings."""
    async with media_store.open_blobs(settings_of(request.param, tmp_path, s3_url)) as blobs:
        yield blobs


# -- every store ---------------------------------------------------------------------------------


async def test_what_was_kept_is_read_back(blobs: BlobStore) -> None:
    media_id = new_id()
    await blobs.put(media_id, b"\x00first")
    await blobs.put(media_id, b"\x00second")

    assert await blobs.read(media_id) == b"\x00second"


@pytest.mark.parametrize("size", [0, 1, 6_000_000])
async def test_a_file_of_any_size_stays_what_it_is(blobs: BlobStore, size: int) -> None:
    media_id, content = new_id(), b"\xff" * size
    await blobs.put(media_id, content)

    assert await blobs.read(media_id) == content


async def test_a_file_and_its_small_picture_are_two_things_that_go_together(blobs: BlobStore) -> None:
    media_id = new_id()
    await blobs.put(media_id, b"large")
    with pytest.raises(NotFound):
        await blobs.read(media_id, Part.THUMBNAIL)
    await blobs.put(media_id, b"small", Part.THUMBNAIL)
    assert await blobs.read(media_id) == b"large"
    assert await blobs.read(media_id, Part.THUMBNAIL) == b"small"

    await blobs.delete(media_id)

    for part in Part:
        with pytest.raises(NotFound):
            await blobs.read(media_id, part)


async def test_deleting_touches_nothing_else_and_may_be_repeated(blobs: BlobStore) -> None:
    gone, kept = new_id(), new_id()
    await blobs.put(gone, b"x")
    await blobs.put(kept, b"y")
    await blobs.delete(gone)
    await blobs.delete(gone)

    assert await blobs.read(kept) == b"y"


# -- the bucket ----------------------------------------------------------------------------------


async def test_files_have_the_same_names_everywhere(tmp_path: Path, s3_url: str, s3: Any) -> None:
    """So that moving into a bucket is copying a directory."""
    media_id = new_id()
    for store in ("files", "s3"):
        async with media_store.open_blobs(settings_of(store, tmp_path, s3_url)) as blobs:
            await blobs.put(media_id, b"x")
            await blobs.put(media_id, b"x", Part.THUMBNAIL)
    on_disk = names_below(tmp_path)

    in_bucket = {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}

    assert in_bucket == {f"live/{name}" for name in on_disk}
    assert len(on_disk) == 2


def names_below(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


async def test_the_bucket_answers_or_it_is_said_what_is_wrong(s3_url: str, s3: Any) -> None:
    there = S3Blobs(Bucket(name=BUCKET, endpoint_url=s3_url, region="us-east-1"))
    await there.check()
    await there.close()
    elsewhere = S3Blobs(Bucket(name="not-there", endpoint_url=s3_url, region="us-east-1"))
    with pytest.raises(MediaUnavailable, match="no bucket not-there"):
        await elsewhere.check()
    await elsewhere.close()


async def test_a_bucket_that_keeps_what_is_deleted_is_told_of(s3_url: str, s3: Any) -> None:
    blobs = S3Blobs(Bucket(name=BUCKET, endpoint_url=s3_url, region="us-east-1"))
    assert not await blobs.keeps_versions()
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    assert await blobs.keeps_versions()
    await blobs.close()


def test_an_address_that_is_none_stops_the_process() -> None:
    with pytest.raises(ConfigurationError):
        S3Blobs(Bucket(name=BUCKET, endpoint_url="not an address"))


async def test_nobody_there_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = S3Blobs(Bucket(name=BUCKET, endpoint_url="http://127.0.0.1:9", region="x"))
    with pytest.raises(MediaUnavailable, match="does not answer"):
        await blobs.put(new_id(), b"x")
    await blobs.close()


# -- a bucket that misbehaves --------------------------------------------------------------------


@pytest.fixture
async def broken() -> AsyncIterator[tuple[ScriptedServer, S3Blobs]]:
    async with scripted_server() as server:
        blobs = S3Blobs(Bucket(name=BUCKET, endpoint_url=server.url, region="us-east-1"))
        yield server, blobs
        await blobs.close()


def an_error(status: int, code: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
    return Answer(status, body, {"Content-Type": "application/xml"})


async def test_a_hiccup_of_the_store_is_not_noticed(broken: tuple[ScriptedServer, S3Blobs]) -> None:
    server, blobs = broken
    answers = [an_error(503, "SlowDown"), Answer(200)]
    server.script = lambda _: answers.pop(0)
    await blobs.put(new_id(), b"x")

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        an_error(403, "AccessDenied"),
        an_error(500, "InternalError"),
        an_error(400, "BadDigest"),
        Answer(hang_up=True),
        Answer(200, b"short", promised=100),
    ],
)
async def test_whatever_else_goes_wrong_may_be_tried_again(
    broken: tuple[ScriptedServer, S3Blobs], answer: Answer
) -> None:
    server, blobs = broken
    server.script = lambda _: answer
    with pytest.raises(MediaUnavailable):
        await blobs.read(new_id())


async def test_each_file_goes_with_its_checksum_and_a_signature(
    broken: tuple[ScriptedServer, S3Blobs],
) -> None:
    server, blobs = broken
    server.script = lambda _: Answer(200)
    await blobs.put(new_id(), b"x")
    [sent] = server.requests

    assert b64decode(sent.headers["content-md5"]) == hashlib.md5(b"x", usedforsecurity=False).digest()
    assert sent.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert sent.path.startswith(f"/{BUCKET}/")
