"""Files on their way into the media store: looked into first, and kept with a small picture."""

from typing import Final

import structlog
from prometheus_client import Counter

from application.thumbnails import Thumbnails
from domain.errors import MediaRefused, MediaUnavailable
from domain.ids import MediaId
from domain.messages import PictureSize
from storage.blobs import BlobStore, Part
from storage.clamd import Scanner

INFECTED: Final = "infected"
NOT_ALLOWED: Final = "not_allowed"
REFUSED = Counter("holdfast_refused_files", "Files that were not kept, by why.", ["reason"])
SCAN_FAILURES = Counter(
    "holdfast_scan_failures", "Files that the malware scanner could not be asked about."
)
for _reason in (INFECTED, NOT_ALLOWED):
    REFUSED.labels(_reason)  # shown as 0 before the first one, so that an increase is seen

log = structlog.get_logger()


class Safekeeping:
    """What has not been looked into is not kept: a scanner that is down lets nothing pass."""

    def __init__(
        self, blobs: BlobStore, scanner: Scanner | None = None, thumbnails: Thumbnails | None = None
    ) -> None:
        self._blobs = blobs
        self._scanner = scanner
        self._thumbnails = thumbnails or Thumbnails()

    async def require_clean(self, content: bytes) -> None:
        """Raise MediaRefused for malware, MediaUnavailable when nobody can tell."""
        if self._scanner is None:
            return
        try:
            found = await self._scanner.found_in(content)
        except MediaUnavailable:
            SCAN_FAILURES.inc()
            raise
        if found is not None:
            log.warning("a file with malware was refused", malware=found)
            raise MalwareFound(f"The file contains malware ({found}) and was not kept.")

    async def keep(self, media_id: MediaId, content: bytes, mime_type: str) -> PictureSize | None:
        """Keep it, and a small picture where it is one; return that picture's size."""
        await self._blobs.put(media_id, content)
        thumbnail = await self._thumbnails.of(content, mime_type)
        if thumbnail is None:
            return None
        await self._blobs.put(media_id, thumbnail.content, Part.THUMBNAIL)
        return thumbnail.size

    async def forget(self, media_id: MediaId) -> None:
        """As if it had never come."""
        await self._blobs.delete(media_id)


class MalwareFound(MediaRefused):
    """A scanner knows this file."""


def count_refusal(error: MediaRefused) -> None:
    """For operators: how many files were refused, and why."""
    REFUSED.labels(INFECTED if isinstance(error, MalwareFound) else NOT_ALLOWED).inc()
