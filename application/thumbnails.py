"""Small pictures of large ones. Whoever made the large one is not trusted: everything is bounded."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Final

import structlog
from PIL import Image, ImageOps

from domain.messages import PictureSize
from domain.values import Value

LONGEST_SIDE: Final = 320
MOST_PIXELS: Final = 16_000_000
"""Decoded and shrunk, that is 90 MB for a moment; a bomb would be anything. JPEGs count as drafted."""
TIME_LIMIT: Final = 10.0
TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_AT_ONCE: Final = 1
# JPEG is decoded at a fraction of its size; twice what is wanted keeps the result sharp.
_DRAFT: Final = (2 * LONGEST_SIDE, 2 * LONGEST_SIDE)
_QUALITY: Final = 82
# The others name their colours by number, and numbers between two colours are other colours.
_SHRINKABLE: Final = frozenset({"L", "RGB", "RGBA", "CMYK"})

log = structlog.get_logger()


class Thumbnail(Value):
    """A JPEG, or a PNG where something is transparent."""

    content: bytes
    size: PictureSize


class Thumbnails:
    """A thread of its own: a picture that takes long holds up other pictures, and nothing else."""

    def __init__(self, *, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="thumbnails")

    async def of(self, content: bytes, mime_type: str) -> Thumbnail | None:
        """None for what is no picture, or none that we dare to open: the file is kept all the same."""
        if mime_type not in TYPES:
            return None
        made = asyncio.get_running_loop().run_in_executor(self._threads, _made, content)
        try:
            async with asyncio.timeout(self._time_limit):
                return await made
        except Exception as error:  # noqa: BLE001 - Pillow raises nearly anything for a broken picture
            log.info("no thumbnail", kind=type(error).__name__)
            return None


def _made(content: bytes) -> Thumbnail | None:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        opened.draft("RGB", _DRAFT)
        if opened.width * opened.height > MOST_PIXELS:
            return None  # only its header has been read so far
        picture = _small(opened)
    upright = ImageOps.exif_transpose(picture)
    upright.info = {}  # comments and profiles would be saved along
    return Thumbnail(
        content=_saved(upright), size=PictureSize(width=upright.width, height=upright.height)
    )


def _small(opened: Image.Image) -> Image.Image:
    """Shrunk before it is converted, where its colours allow: a second large copy is never made."""
    wanted = "RGBA" if opened.has_transparency_data else "RGB"
    picture = opened if opened.mode in _SHRINKABLE else opened.convert(wanted)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture.convert(wanted)


def _saved(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    if picture.mode == "RGBA":
        picture.save(buffer, "PNG", optimize=True)
    else:
        picture.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
