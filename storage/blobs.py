"""The bytes of files, each under its media id. Never under a name that somebody else chose."""

import asyncio
import os
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from domain.errors import NotFound
from domain.ids import MediaId, new_id


class Part(StrEnum):
    """What is kept of one file."""

    FILE = "file"
    THUMBNAIL = "thumbnail"


class BlobStore(Protocol):
    """Where the bytes of files are kept."""

    async def put(self, media_id: MediaId, content: bytes, part: Part = Part.FILE) -> None:
        """Keep it durably. Repeating it is harmless."""

    async def read(self, media_id: MediaId, part: Part = Part.FILE) -> bytes:
        """Raise NotFound for bytes we do not have."""

    async def delete(self, media_id: MediaId) -> None:
        """Forget all of its parts, if they were there."""


_SUFFIXES: Final = {Part.FILE: "", Part.THUMBNAIL: ".thumbnail"}


def name_of(media_id: MediaId, part: Part) -> str:
    """The same in every store, so that moving to another one is copying."""
    name = media_id.hex
    # The last digits are random, the first are the time.
    return f"{name[-2:]}/{name}{_SUFFIXES[part]}"


class FileBlobs:
    """A directory. More than one process may use it, over a shared file system too."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, media_id: MediaId, content: bytes, part: Part = Part.FILE) -> None:
        await asyncio.to_thread(_write, self._path(media_id, part), content)

    async def read(self, media_id: MediaId, part: Part = Part.FILE) -> bytes:
        try:
            return await asyncio.to_thread(self._path(media_id, part).read_bytes)
        except FileNotFoundError:
            raise NotFound(f"The bytes of file {media_id} are not in the media store.") from None

    async def delete(self, media_id: MediaId) -> None:
        for part in Part:
            await asyncio.to_thread(self._path(media_id, part).unlink, missing_ok=True)

    def _path(self, media_id: MediaId, part: Part) -> Path:
        return self._directory / name_of(media_id, part)


def _write(path: Path, content: bytes) -> None:
    """A reader finds all of it or nothing; after a power cut too."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{new_id().hex}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
