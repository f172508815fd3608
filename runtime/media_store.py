"""The media store and the malware scanner that are set."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from runtime.environment import share_with_libraries
from runtime.settings import MediaStore, Settings
from storage.blobs import BlobStore, FileBlobs
from storage.clamd import Clamd

if TYPE_CHECKING:
    from storage.s3_blobs import S3Blobs


@contextlib.asynccontextmanager
async def open_blobs(settings: Settings) -> AsyncIterator[BlobStore]:
    """Where files are kept; its connections are closed at the end."""
    if settings.media_store is MediaStore.FILES:
        yield FileBlobs(settings.media_dir)
        return
    blobs = open_bucket(settings)
    try:
        yield blobs
    finally:
        await blobs.close()


def open_bucket(settings: Settings) -> "S3Blobs":
    """The bucket that is set. Raise ConfigurationError when it cannot be one."""
    # boto3 takes a quarter of a second to load, and most deployments do without it.
    from storage.s3_blobs import Bucket, S3Blobs  # noqa: PLC0415

    share_with_libraries("AWS_")
    return S3Blobs(
        Bucket(
            name=settings.media_s3_bucket,
            prefix=settings.media_s3_prefix,
            endpoint_url=settings.media_s3_endpoint_url,
            region=settings.media_s3_region,
        )
    )


def scanner(settings: Settings) -> Clamd | None:
    """None: files are not looked into."""
    return Clamd(settings.clamd_address) if settings.clamd_address else None
