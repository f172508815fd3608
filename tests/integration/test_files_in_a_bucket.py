"""With its files in a bucket everything goes on as with a directory: keeping, serving, erasing."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest

from application.contact_export import ContactExporting
from application.retention import Retaining
from domain.ids import new_id
from domain.messages import DownloadedMedia, Media, MediaItem, MediaState
from runtime import doctor, media_store
from runtime.doctor import Verdict
from runtime.settings import MediaStore, Settings
from storage.blobs import BlobStore
from storage.contacts import Contacts
from storage.database import Database
from storage.messages import Messages
from storage.notes import Notes
from storage.organization import Organizations
from storage.routing_decisions import RoutingDecisions
from tests.contract.clamd_daemon import a_clamd
from tests.contract.s3_server import an_s3_server
from tests.fakes import FakeChannel, FakeConversations
from tests.persons import Traces, an_eraser, erase, requested, traces
from tests.shop import Shop, caller_of, open_shop

BUCKET = "files"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


@pytest.fixture(scope="module")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with an_s3_server(tmp_path_factory.mktemp("s3") / "log") as url:
        yield url


@pytest.fixture
def settings(s3_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Credentials are in `.env`, where everything else is."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")
    (tmp_path / ".env").write_text("AWS_ACCESS_KEY_ID=AKIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=none\n")
    return Settings(
        media_store=MediaStore.S3,
        media_s3_bucket=BUCKET,
        media_s3_endpoint_url=s3_url,
        media_s3_region="us-east-1",
    )


@pytest.fixture
def bucket(s3_url: str) -> Iterator[Any]:
    keys = {"aws_access_key_id": "AKIAADMIN", "aws_secret_access_key": "none"}
    resource = boto3.resource("s3", endpoint_url=s3_url, region_name="us-east-1", **keys)
    bucket = resource.create_bucket(Bucket=BUCKET)
    yield bucket
    bucket.objects.delete()
    resource.meta.client.close()


@pytest.fixture
async def blobs(settings: Settings, bucket: Any) -> AsyncIterator[BlobStore]:
    async with media_store.open_blobs(settings) as blobs:
        yield blobs


@pytest.fixture
async def shop(
    database: Database,
    tmp_path: Path,
    channel: FakeChannel,
    conversations: FakeConversations,
    blobs: BlobStore,
) -> Shop:
    return await open_shop(database, tmp_path, channel, conversations, blobs=blobs)


@pytest.fixture
async def left(shop: Shop, tmp_path: Path, blobs: BlobStore) -> Traces:
    found = await traces(shop, tmp_path, blobs)
    await found.close()
    return found


def names_in(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


async def test_a_customers_file_is_kept_and_served(
    shop: Shop, channel: FakeChannel, bucket: Any
) -> None:
    item = MediaItem(media_id=new_id(), mime_type="image/png", source_url="https://x/1")
    channel.files = {item.media_id: DownloadedMedia(content=PNG, mime_type="image/png")}
    view = await shop.hears(content=Media(items=(item,)))
    assert view.last_message is not None
    await shop.parts.media_copier.copy(view.last_message.message_id)

    served = await shop.parts.engine.attachments.for_agent(caller_of(shop.ann), item.media_id)

    assert (served.content, len(names_in(bucket))) == (PNG, 1)


async def test_nothing_of_an_erased_person_is_left_in_it(left: Traces, bucket: Any) -> None:
    assert len(names_in(bucket)) == 2

    assert await erase(an_eraser(left), await requested(left)) == 0

    assert names_in(bucket) == []


async def test_what_was_kept_long_enough_leaves_it(left: Traces, bucket: Any) -> None:
    organizations = Organizations(left.shop.database)
    await left.shop.database.execute("UPDATE media SET created_at = now() - interval '9 days'")
    await left.shop.database.execute("UPDATE conversations SET closed_at = now() - interval '8 days'")
    short = (await organizations.get()).model_copy(update={"media_days": 7})
    await organizations.update(short, short.version)

    assert await Retaining(left.shop.database, left.blobs).expire_some() == 1

    assert names_in(bucket) == []


async def test_an_export_names_the_files_in_it(left: Traces) -> None:
    database = left.shop.database
    exporting = ContactExporting(
        Contacts(database), Messages(database), Notes(database), RoutingDecisions(database)
    )

    exported = await exporting.export(left.contact_id)

    assert [(file.media_id, file.state) for file in exported.files] == [(left.file, MediaState.STORED)]


# -- what the doctor says ------------------------------------------------------------------------


async def verdicts(settings: Settings) -> dict[str, doctor.Finding]:
    return {each.subject: each for each in await doctor.examine(settings)}


async def test_the_doctor_asks_bucket_and_scanner(settings: Settings, bucket: Any) -> None:
    async with a_clamd() as daemon:
        scanned = settings.model_copy(update={"clamd_address": daemon.address})
        found = await verdicts(scanned)

    assert found["media store"].verdict is found["malware scanner"].verdict is Verdict.GOOD


async def test_the_doctor_sees_what_is_not_there(settings: Settings, bucket: Any) -> None:
    changes = {"media_s3_bucket": "elsewhere", "clamd_address": "127.0.0.1:9"}
    found = await verdicts(settings.model_copy(update=changes))

    assert found["media store"].verdict is found["malware scanner"].verdict is Verdict.BAD
    assert "no bucket elsewhere" in found["media store"].text


async def test_the_doctor_warns_of_a_bucket_that_forgets_nothing(
    settings: Settings, bucket: Any
) -> None:
    bucket.Versioning().enable()
    try:
        found = (await verdicts(settings))["media store"]
    finally:
        bucket.Versioning().suspend()
        bucket.object_versions.delete()

    assert found.verdict is Verdict.UNSURE
    assert "versions" in found.text
