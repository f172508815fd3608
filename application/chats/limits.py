"""How often somebody may call: so many times at once, and so many a minute after that."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.errors import TooManyRequests

KEPT_AT_MOST: Final = 50_000
_MINUTE: Final = 60.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limit:
    """One bucket for each caller, of a bounded number of them. Each process counts for itself."""

    def __init__(
        self,
        per_minute: int,
        *,
        at_once: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        at_most: int = KEPT_AT_MOST,
    ) -> None:
        self._rate = per_minute / _MINUTE
        self._size = float(at_once or per_minute)
        self._clock = clock
        self._at_most = at_most
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def require(self, caller: Hashable) -> None:
        """Raise TooManyRequests when they have called too often. A limit of 0 is none."""
        if not self._rate:
            return
        bucket = self._refilled(caller)
        if bucket.left < 1:
            wait = timedelta(seconds=(1 - bucket.left) / self._rate)
            raise TooManyRequests("Too many requests. Wait a moment.", wait)
        bucket.left -= 1

    def _refilled(self, caller: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(caller, None) or _Bucket(self._size, now)
        bucket.left = min(self._size, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[caller] = bucket
        if len(self._buckets) > self._at_most:
            self._buckets.popitem(last=False)
        return bucket


@dataclass(frozen=True)
class ChatLimits:
    """What customers may ask of one process."""

    per_session: Limit
    per_address: Limit
    sessions_per_address: Limit

    @classmethod
    def of(
        cls, *, calls_per_session: int = 120, calls_per_ip: int = 1200, sessions_per_ip: int = 60
    ) -> "ChatLimits":
        """Each is so many a minute; 0: as many as they like."""
        return cls(Limit(calls_per_session), Limit(calls_per_ip), Limit(sessions_per_ip))
