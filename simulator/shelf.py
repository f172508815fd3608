"""Where the bytes of files lie: in memory, or beside the data file. The oldest go when it is full."""

from collections import OrderedDict
from pathlib import Path

from simulator.records import Media


class MediaShelf:
    """Keeps files by their id. Ids come from the simulator itself, never from a request."""

    def __init__(self, *, max_bytes: int, folder: Path | None) -> None:
        self._max_bytes = max_bytes
        self._folder = folder
        self._items: OrderedDict[str, Media] = OrderedDict()
        self._contents: dict[str, bytes] = {}
        self._size = 0

    @property
    def items(self) -> list[Media]:
        return list(self._items.values())

    def put(self, media: Media, content: bytes) -> None:
        if self._folder is None:
            self._contents[media.media_id] = content
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / media.media_id).write_bytes(content)
        self.remember(media)

    def remember(self, media: Media) -> None:
        """List a file whose bytes are already there."""
        self._items[media.media_id] = media
        self._size += media.size
        while self._size > self._max_bytes and len(self._items) > 1:
            self.drop(next(iter(self._items)))

    def find(self, media_id: str) -> Media | None:
        return self._items.get(media_id)

    def read(self, media_id: str) -> bytes | None:
        if media_id not in self._items:
            return None
        if self._folder is None:
            return self._contents.get(media_id)
        path = self._folder / media_id
        return path.read_bytes() if path.is_file() else None

    def drop(self, media_id: str) -> None:
        media = self._items.pop(media_id, None)
        if media is None:
            return
        self._size -= media.size
        self._contents.pop(media_id, None)
        if self._folder is not None:
            (self._folder / media_id).unlink(missing_ok=True)

    def clear(self) -> None:
        for media_id in list(self._items):
            self.drop(media_id)
