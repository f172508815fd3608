"""Is everything we depend on there? Asked by load balancers, many times a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

import structlog

Check = Callable[[], Awaitable[object]]

# A load balancer gives up after a few seconds; a check that takes longer has failed.
CHECK_TIMEOUT: Final = 2.0
log = structlog.get_logger()


class Report(NamedTuple):
    """Whether requests can be served, and which parts answered."""

    is_ready: bool
    parts: dict[str, bool]


class Readiness:
    """Runs a check for each part; a check fails by raising or by taking too long.

    `worth_knowing`: parts that are told about, but without which requests are still served.
    """

    def __init__(
        self, needed: Mapping[str, Check], worth_knowing: Mapping[str, Check] | None = None
    ) -> None:
        self._needed = frozenset(needed)
        self._checks = {**needed, **(worth_knowing or {})}

    async def report(self) -> Report:
        """Ask every part, all at once."""
        answers = await asyncio.gather(*(self._holds(name) for name in self._checks))
        parts = dict(zip(self._checks, answers, strict=True))
        return Report(all(parts[name] for name in self._needed), parts)

    async def _holds(self, name: str) -> bool:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                await self._checks[name]()
        except Exception as error:  # noqa: BLE001 - whatever it was, the part is not ready
            log.warning("readiness check failed", part=name, error=type(error).__name__)
            return False
        return True
