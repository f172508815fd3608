"""Customers who write, agents who answer offers in all ways, and the workflows that note it down."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.conversations import State
from domain.ids import AgentId, ConversationId, OfferId
from domain.offers import OfferState
from domain.ports import CloseRequest, Projection
from domain.values import Value
from storage.conversations import Conversations
from storage.database import Database
from tests.integration.house import House

WRITERS: Final = 4
LOOK_EVERY: Final = 0.02
LONGEST_THOUGHT: Final = 0.1
AT_ONCE: Final = 4
"""So many workflows write at the same time: they share a small pool with the writers."""
OPEN: Final = "SELECT offer_id, conversation_id, agent_id FROM offers WHERE state = 'open'"
MOVE: Final = """
    UPDATE conversations SET queue_id = %(queue_id)s WHERE conversation_id = %(conversation_id)s
"""
HANDLED: Final = "SELECT mailbox_seq FROM conversations WHERE conversation_id = %(conversation_id)s"
ANSWERS: Final = (
    *(OfferState.ACCEPTED,) * 6,
    *(OfferState.DECLINED,) * 2,
    OfferState.TIMED_OUT,
    OfferState.UNDELIVERED,
)


class _Open(Value):
    offer_id: OfferId
    conversation_id: ConversationId
    agent_id: AgentId


class Crowd:
    """Everybody but those who give out the work."""

    def __init__(self, house: House, queues: list[UUID], seed: int) -> None:
        self._house = house
        self._db: Database = house.db
        self._list = Conversations(house.db)
        self._queues = queues
        self._random = random.Random(seed)  # noqa: S311 - for tests
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._revisions: dict[ConversationId, int] = {}
        self.conversations: list[ConversationId] = []
        self.closed: set[ConversationId] = set()

    async def writes(self, number: int) -> None:
        """So many customers write, some at the same time."""
        numbers = iter(range(number))

        async def write() -> None:
            for each in numbers:
                received = await self._house.receive(f"SM{each}", f"whatsapp:+49151{each:08}")
                self.conversations.append(received.conversation_id)
                queue_id = self._random.choice(self._queues)
                where = {"queue_id": queue_id, "conversation_id": received.conversation_id}
                await self._db.execute(MOVE, where)

        await asyncio.gather(*(write() for _ in range(WRITERS)))

    async def answers(self, number: int) -> None:
        """Until so many conversations are over."""
        seen: set[OfferId] = set()
        async with asyncio.TaskGroup() as thinking:
            while len(self.closed) < number:
                for offer in await self._db.rows(_Open, OPEN):
                    if offer.offer_id not in seen:
                        seen.add(offer.offer_id)
                        thinking.create_task(self._answer(offer))
                await asyncio.sleep(LOOK_EVERY)

    async def _answer(self, offer: _Open) -> None:
        await self._think()
        answer = self._random.choice(ANSWERS)
        if answer is not OfferState.ACCEPTED:
            await self._project(offer, State.OPEN, answer)
            return
        await self._project(offer, State.ACTIVE, answer)
        await self._think()
        await self._project(offer, State.WRAP_UP)
        async with self._turn:
            assert await self._close(offer.conversation_id)
        self.closed.add(offer.conversation_id)

    async def _close(self, conversation_id: ConversationId) -> bool:
        handled = await self._house.value(HANDLED, conversation_id=conversation_id)
        request = CloseRequest(
            conversation_id=conversation_id,
            handled=handled,
            at=datetime.now(UTC),
            reason="wrap_up_expired",
        )
        return await self._list.close(request)

    async def _project(self, offer: _Open, state: State, answer: OfferState | None = None) -> None:
        conversation_id = offer.conversation_id
        revision = self._revisions[conversation_id] = self._revisions.get(conversation_id, 0) + 1
        projection = Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=state,
            at=datetime.now(UTC),
            agent_id=None if state is State.OPEN else offer.agent_id,
            holds_capacity=state is State.ACTIVE,
            offers={offer.offer_id: answer} if answer else {},
        )
        async with self._turn:
            await self._list.project(projection)

    async def _think(self) -> None:
        await asyncio.sleep(self._random.uniform(0, LONGEST_THOUGHT))
