"""The bytes of files in a bucket of S3, or of another store that speaks its protocol."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from domain.errors import ConfigurationError, MediaUnavailable, NotFound
from domain.ids import MediaId
from domain.values import Value
from storage.blobs import Part, name_of

THREADS: Final = 8
"""Requests at the same time; more wait. A thread of its own each, because boto3 blocks."""
# One request ends within 2 * (5 + 20) seconds and a short pause, or has failed.
_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 20
_ATTEMPTS: Final = 2
_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})

T = TypeVar("T")


class Bucket(Value):
    """Where files are kept. Credentials come from where AWS's own tools look: AWS_* and so on."""

    name: str
    prefix: str = ""
    endpoint_url: str = ""
    """Empty: Amazon's own."""
    region: str = ""


class S3Blobs:
    """A bucket, under the same names that files have in a directory."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket.name
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        try:
            self._client = _client(bucket)
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(f"The bucket cannot be used: {error}") from error

    async def put(self, media_id: MediaId, content: bytes, part: Part = Part.FILE) -> None:
        digest = hashlib.md5(content, usedforsecurity=False).digest()  # what damages a file on its way
        await self._call(
            self._client.put_object,
            Key=self._key(media_id, part),
            Body=content,
            ContentMD5=base64.b64encode(digest).decode(),
        )

    async def read(self, media_id: MediaId, part: Part = Part.FILE) -> bytes:
        try:
            return await self._call(self._read, Key=self._key(media_id, part))
        except _Missing:
            raise NotFound(f"The bytes of file {media_id} are not in the media store.") from None

    async def delete(self, media_id: MediaId) -> None:
        for part in Part:
            await self._call(self._client.delete_object, Key=self._key(media_id, part))

    async def check(self) -> None:
        """Raise MediaUnavailable unless the bucket answers and is ours."""
        try:
            await self._call(self._client.head_bucket)
        except _Missing:
            raise MediaUnavailable(f"There is no bucket {self._bucket}.") from None

    async def keeps_versions(self) -> bool:
        """Whether what we delete stays: then nobody is ever erased. False where nobody can tell."""
        try:
            answer = await self._call(self._client.get_bucket_versioning)
        except (MediaUnavailable, _Missing):
            return False
        return bool(answer.get("Status") == "Enabled")

    async def close(self) -> None:
        """Let go of connections and threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _key(self, media_id: MediaId, part: Part) -> str:
        return self._prefix + name_of(media_id, part)

    def _read(self, **where: str) -> bytes:
        return bytes(self._client.get_object(**where)["Body"].read())

    async def _call(self, method: Callable[..., T], **parameters: object) -> T:
        asked = partial(method, Bucket=self._bucket, **parameters)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, asked)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise _Missing from None
            raise MediaUnavailable(f"The media store refuses: {code}. Ask an operator.") from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise MediaUnavailable(f"The media store does not answer ({kind}). Try again.") from error


class _Missing(Exception):
    """No such object, or no such bucket."""


def _client(bucket: Bucket) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    return boto3.session.Session().client(
        "s3",
        region_name=bucket.region or None,
        endpoint_url=bucket.endpoint_url or None,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
            max_pool_connections=THREADS,
            # Other stores than Amazon's have no host for each bucket, and not all know the newer
            # checksums (https://github.com/boto/boto3/issues/4392); ours goes with each file.
            s3={"addressing_style": "path" if bucket.endpoint_url else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
