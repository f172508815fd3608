"""What was read or written a moment ago, a bounded number of things, each with its age."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Final, Generic, NamedTuple, TypeVar

KEPT_AT_MOST: Final = 256

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Kept(NamedTuple, Generic[Thing]):
    """A thing, and since when it is known."""

    thing: Thing
    since: float


class Shelf(Generic[Key, Thing]):
    """Keeps what was put on it last."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, at_most: int = KEPT_AT_MOST
    ) -> None:
        self.clock = clock
        self._at_most = at_most
        self._kept: OrderedDict[Key, Kept[Thing]] = OrderedDict()

    def find(self, key: Key, not_older_than: timedelta) -> Kept[Thing] | None:
        """What is here and still young enough."""
        kept = self._kept.get(key)
        if kept and self.clock() - kept.since < not_older_than.total_seconds():
            return kept
        return None

    def put(self, key: Key, thing: Thing) -> None:
        """Keep it from now on; what was kept longest makes room."""
        self._kept[key] = Kept(thing, self.clock())
        self._kept.move_to_end(key)
        if len(self._kept) > self._at_most:
            self._kept.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Keep it no more, if it was kept."""
        self._kept.pop(key, None)
