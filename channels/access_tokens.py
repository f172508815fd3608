"""Access tokens: asked for once however many need one, and kept until shortly before they end."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeAlias

from domain.ids import AccountId

MOST_KEPT: Final = 1000


class TokenKey(NamedTuple):
    """Whose token, got with which secrets, for what: after a rotation no old one is used again."""

    account_id: AccountId
    secrets: bytes
    scope: str


class AccessToken(NamedTuple):
    """A token, and until when it is used: shortly before it ends."""

    text: str
    ends_at: float


Fetch: TypeAlias = Callable[[], Awaitable[AccessToken]]


def key_of(account_id: AccountId, *secrets: str, scope: str = "") -> TokenKey:
    """The secrets themselves are not kept."""
    digest = hashlib.sha256("\n".join(secrets).encode("utf-8", "surrogatepass")).digest()
    return TokenKey(account_id, digest, scope)


class TokenShelf:
    """Keeps tokens. Many who ask at once wait for one request."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._kept: OrderedDict[TokenKey, AccessToken] = OrderedDict()
        self._under_way: dict[TokenKey, asyncio.Task[AccessToken]] = {}

    def find(self, key: TokenKey) -> AccessToken | None:
        """The one that is kept."""
        return self._kept.get(key)

    async def get(self, key: TokenKey, fetch: Fetch, *, refused: str | None = None) -> str:
        """A token that works; `refused` is one that did not."""
        kept = self._kept.get(key)
        if kept is not None and kept.text != refused and self.clock() < kept.ends_at:
            self._kept.move_to_end(key)
            return kept.text
        return (await self.renew(key, fetch)).text

    async def renew(self, key: TokenKey, fetch: Fetch) -> AccessToken:
        """A new token, whatever the old one is worth."""
        # Shielded: one caller who gives up does not take the token from the others.
        return await asyncio.shield(self._task(key, fetch))

    def take(self, wanted: Callable[[TokenKey], bool]) -> list[tuple[TokenKey, str]]:
        """Those that are still good, which nobody gets from here any more."""
        taken = [(key, self._kept.pop(key)) for key in list(self._kept) if wanted(key)]
        return [(key, token.text) for key, token in taken if self.clock() < token.ends_at]

    def _task(self, key: TokenKey, fetch: Fetch) -> asyncio.Task[AccessToken]:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(self._fetched(key, fetch))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        return task

    def _land(self, key: TokenKey, task: asyncio.Task[AccessToken]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at, in case nobody waits any more

    async def _fetched(self, key: TokenKey, fetch: Fetch) -> AccessToken:
        token = await fetch()
        self._kept[key] = token
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return token
