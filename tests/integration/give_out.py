"""A process that only gives out work: `python -m tests.integration.give_out CONNINFO [careless]`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from application.distribution import Distributor
from application.offering import Offering
from domain.ids import ConversationId, QueueId
from storage.database import open_database
from storage.work import Work


class NoBell:
    """Whoever plays the workflows looks for offers by themselves."""

    def ring(self, conversation_id: ConversationId) -> None:
        """Nobody listens."""

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()


class Careless(Work):
    """Decides although somebody else does, about the same people: no limit may depend on that."""

    @asynccontextmanager
    async def claimed(self, queue_id: QueueId) -> AsyncIterator[bool]:
        yield True


async def main(conninfo: str, work: type[Work]) -> None:
    async with (
        open_database(conninfo, max_size=6) as database,
        Distributor(database, work(database), Offering(database, NoBell())).running(),
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Careless if "careless" in sys.argv else Work))
