"""What an admin sees and sets, over the config API with the demo's key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import httpx2

from tests.stack import Stack

ANSWER_WITHIN: Final = 15


class Admin:
    """Looks at the demo's account, sets the durations of its workstream."""

    def __init__(self, stack: Stack) -> None:
        demo = stack.demo["organization"]
        self._account = f"/accounts/{demo['account_id']}"
        self._workstream = f"/workstreams/{demo['workstream_id']}"
        self._client = httpx2.AsyncClient(
            base_url=f"{stack.api}/config/v1",
            headers={"Authorization": f"Bearer {demo['api_keys']['admin']}"},
            timeout=ANSWER_WITHIN,
        )

    async def last_error(self) -> str | None:
        """The alarm on the account's page."""
        answer = (await self._client.get(self._account)).raise_for_status()
        error: str | None = answer.json()["last_error"]
        return error

    @asynccontextmanager
    async def timers(self, **seconds: float) -> AsyncIterator[None]:
        """While the block runs, conversations decide by these durations."""
        before = (await self._client.get(self._workstream)).raise_for_status().json()["timers"]
        await self._set({**before, **{name: f"PT{value:g}S" for name, value in seconds.items()}})
        try:
            yield
        finally:
            await self._set(before)

    async def _set(self, timers: dict[str, Any]) -> None:
        version = (await self._client.get(self._workstream)).raise_for_status().headers["ETag"]
        changed = await self._client.patch(
            self._workstream, json={"timers": timers}, headers={"If-Match": version}
        )
        changed.raise_for_status()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.aclose()
