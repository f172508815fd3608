"""Small pictures: upright, without anything that was written into the large one, and bounded."""

import asyncio
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from application import thumbnails
from application.thumbnails import LONGEST_SIDE, Thumbnail, Thumbnails

ORIENTATION, GPS, SOFTWARE = 0x0112, 0x8825, 0x0131
ON_ITS_SIDE = 6
"""Held upright; the sensor lay on its side."""


def a_picture(kind: str, size: tuple[int, int] = (1200, 600), mode: str = "RGB", **how: Any) -> bytes:
    """Red on the left, blue on the right."""
    picture = Image.new(mode, size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    buffer = BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def a_header_of(width: int, height: int) -> bytes:
    """A PNG that says how large it is, in a hundred bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


async def made_of(content: bytes, mime_type: str) -> Thumbnail:
    made = await Thumbnails().of(content, mime_type)
    assert made is not None
    return made


def opened(made: Thumbnail) -> Image.Image:
    picture = Image.open(BytesIO(made.content))
    picture.load()
    assert picture.size == (made.size.width, made.size.height)
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_of_every_kind_becomes_a_small_one(kind: str) -> None:
    picture = opened(await made_of(a_picture(kind), f"image/{kind.lower()}"))

    assert picture.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert picture.format == "JPEG"


async def test_a_small_picture_is_not_made_larger() -> None:
    assert opened(await made_of(a_picture("PNG", (20, 10)), "image/png")).size == (20, 10)


async def test_a_very_long_picture_keeps_a_side() -> None:
    assert opened(await made_of(a_picture("PNG", (5000, 2)), "image/png")).size == (LONGEST_SIDE, 1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_what_is_transparent_stays_so(kind: str) -> None:
    content = a_picture(kind, mode="RGBA", **({"lossless": True} if kind == "WEBP" else {}))
    transparent = Image.open(BytesIO(content))
    transparent.putalpha(40)
    buffer = BytesIO()
    transparent.save(buffer, kind)

    picture = opened(await made_of(buffer.getvalue(), f"image/{kind.lower()}"))

    assert (picture.format, picture.mode) == ("PNG", "RGBA")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_shown_the_way_it_was_taken(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE

    picture = opened(await made_of(a_picture(kind, exif=exif), f"image/{kind.lower()}"))

    assert picture.size == (LONGEST_SIDE // 2, LONGEST_SIDE)
    top, bottom = picture.getpixel((80, 10)), picture.getpixel((80, 310))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > top[2] + 150
    assert bottom[2] > bottom[0] + 150


async def test_nothing_that_was_written_into_a_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[SOFTWARE] = ON_ITS_SIDE, "where-I-live"
    exif.get_ifd(GPS)[1] = "N"
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "where-I-live")
    alpha = {"mode": "RGBA", "pnginfo": texts, "exif": exif, "icc_profile": b"where-I-live"}

    for content in (
        a_picture("JPEG", exif=exif, comment=b"where-I-live", icc_profile=b"where-I-live"),
        a_picture("PNG", **alpha),
    ):
        assert b"where-I-live" in content
        made = await made_of(content, "image/png")
        assert b"where-I-live" not in made.content
        assert not opened(made).getexif()


async def test_a_bomb_is_not_opened() -> None:
    assert await Thumbnails().of(a_header_of(7_100, 7_100), "image/png") is None
    assert await Thumbnails().of(a_header_of(60_000, 60_000), "image/png") is None


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "image/png"),
        (a_picture("JPEG")[:300], "image/jpeg"),
        (a_picture("TIFF"), "image/jpeg"),
        (a_picture("PNG"), "image/svg+xml"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
async def test_what_cannot_be_opened_has_none(content: bytes, mime_type: str) -> None:
    assert await Thumbnails().of(content, mime_type) is None


async def test_nobody_waits_for_a_picture_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()
    slow = _held_until(released)
    monkeypatch.setattr(thumbnails, "_made", slow)
    try:
        assert await Thumbnails(time_limit=0.05).of(a_picture("PNG"), "image/png") is None
    finally:
        released.set()


def _held_until(released: asyncio.Event) -> Callable[[bytes], None]:
    loop = asyncio.get_running_loop()

    def wait(_: bytes) -> None:
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result(10)

    return wait
