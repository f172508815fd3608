"""Files on disk: whole or not at all, and only under names of our own."""

import os
from pathlib import Path

import pytest

from domain.errors import NotFound
from domain.ids import new_id
from storage.blobs import FileBlobs


async def test_what_was_put_is_read_back(tmp_path: Path) -> None:
    blobs, media_id = FileBlobs(tmp_path), new_id()
    await blobs.put(media_id, b"\x00first")
    await blobs.put(media_id, b"\x00second")
    assert await blobs.read(media_id) == b"\x00second"


async def test_what_was_deleted_is_not_found_and_deleting_again_is_harmless(tmp_path: Path) -> None:
    blobs, media_id = FileBlobs(tmp_path), new_id()
    await blobs.put(media_id, b"x")
    await blobs.delete(media_id)
    await blobs.delete(media_id)
    with pytest.raises(NotFound):
        await blobs.read(media_id)


async def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, media_id = FileBlobs(tmp_path), new_id()
    await blobs.put(media_id, b"before")

    def full_disk(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        await blobs.put(media_id, b"after")

    assert await blobs.read(media_id) == b"before"
    assert files_in(tmp_path) == [media_id.hex]


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]
