"""Customers whose messages do not say who they are: their provider is asked, in the background."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, NamedTuple

import structlog

from application.background import in_background
from application.open_accounts import OpenAccount
from channels.extras import ProfileDirectory
from domain.errors import ChannelError, HoldfastError
from domain.ids import ConversationId
from domain.messages import MessageReceived
from storage.profiles import Profiles

WORKERS: Final = 2
QUEUE_LIMIT: Final = 1_000
ANSWER_WITHIN: Final = 15.0
ASK_AGAIN_AFTER: Final = timedelta(hours=1)

log = structlog.get_logger()


class _Wanted(NamedTuple):
    conversation_id: ConversationId
    account: OpenAccount


class ProfileFetching:
    """A hint that is lost costs nothing: the customer's next message is another one."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._queue: asyncio.Queue[_Wanted] = asyncio.Queue(QUEUE_LIMIT)
        self._waiting: set[ConversationId] = set()

    def wanted(
        self, conversation_id: ConversationId, account: OpenAccount, event: MessageReceived
    ) -> None:
        """Somebody wrote. Never waits, and does nothing where messages carry a name."""
        if event.sender.display_name or not isinstance(account.channel, ProfileDirectory):
            return
        if conversation_id not in self._waiting and not self._queue.full():
            self._waiting.add(conversation_id)
            self._queue.put_nowait(_Wanted(conversation_id, account))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask in the background."""
        async with in_background(*(self._serve_forever() for _ in range(WORKERS))):
            yield

    async def idle(self) -> None:
        """Return when everybody who was wanted has been asked for."""
        await self._queue.join()

    async def _serve_forever(self) -> None:
        while True:
            wanted = await self._queue.get()
            self._waiting.discard(wanted.conversation_id)
            try:
                await self._serve(wanted)
            except HoldfastError as error:
                log.warning("a profile was not fetched", why=error.code)
            except Exception:
                log.exception("fetching a profile failed in a way nobody planned for")
            finally:
                self._queue.task_done()

    async def _serve(self, wanted: _Wanted) -> None:
        channel, credentials = wanted.account.channel, wanted.account.credentials
        if not isinstance(channel, ProfileDirectory):
            return
        who = await self._profiles.claim(wanted.conversation_id)
        if who is None:
            return
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                profile = await channel.profile(who.value, credentials)
        except (ChannelError, TimeoutError):
            await self._profiles.ask_again(who, ASK_AGAIN_AFTER)
            return
        if profile is not None and profile.display_name.strip():
            await self._profiles.keep(who, profile.display_name.strip())
