"""The API, put together once for all tests: that takes longer than most of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.app import create_app
from application.services import Services


class OneApp:
    """Runs over the services of one test after the other; it keeps nothing of its own."""

    def __init__(self, temporal_ui_url: str = "") -> None:
        self.services: Services | None = None
        self.app = create_app(self._open_services, temporal_ui_url)

    @asynccontextmanager
    async def _open_services(self) -> AsyncIterator[Services]:
        assert self.services is not None, "nobody said for whom the app runs"
        yield self.services
