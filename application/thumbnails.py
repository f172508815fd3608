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
MOST_PIXELS: Final = 50_000_000
"""What the cameras of telephones make. Decoded, that is 200 MB; a bomb would be anything."""
TIME_LIMIT: Final = 10.0
TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_AT_ONCE: Final = 2
# JPEG is decoded at a fraction of its size; twice what is wanted keeps the result sharp.
_DRAFT: Final = (2 * LONGEST_SIDE, 2 * LONGEST_SIDE)
_QUALITY: Final = 82

log = structlog.get_logger()


class Thumbnail(Value):
    """A JPEG, or a PNG where something is transparent."""

    content: bytes
    size: PictureSize


class Thumbnails:
    """Threads of its own: a picture that takes long holds up other pictures, and nothing else."""

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
        if opened.width * opened.height > MOST_PIXELS:
            return None  # only its header has been read so far
        opened.draft("RGB", _DRAFT)
        picture = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    upright.info = {}  # comments and profiles would be saved along
    return Thumbnail(
        content=_saved(upright), size=PictureSize(width=upright.width, height=upright.height)
    )


def _saved(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    if picture.mode == "RGBA":
        picture.save(buffer, "PNG", optimize=True)
    else:
        picture.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
