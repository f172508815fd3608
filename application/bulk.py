"""One word of a supervisor for many conversations: each is done as if it had been said alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID, uuid5

from application.desk import Action, Desk
from application.transfers import Transfers
from domain.configuration import Caller
from domain.errors import HoldfastError
from domain.ids import AgentId, ConversationId, QueueId
from domain.values import Value

AT_ONCE: Final = 8
"""Each waits for its conversation's answer; a hundred at once would keep everybody else waiting."""
One = Callable[[ConversationId, UUID], Awaitable[object]]


class Outcome(Value):
    """What became of one of them."""

    conversation_id: ConversationId
    done: bool
    code: str | None = None
    """Why it was not done, as the code of its error."""
    detail: str | None = None


class Bulk:
    """Nothing is all or nothing: some may be done and others refused."""

    def __init__(self, desk: Desk, transfers: Transfers) -> None:
        self._desk = desk
        self._transfers = transfers

    async def act(
        self, caller: Caller, ids: Sequence[ConversationId], action: Action, request_id: UUID
    ) -> list[Outcome]:
        """End, release or close them all."""

        async def one(conversation_id: ConversationId, command_id: UUID) -> object:
            return await self._desk.act(caller, conversation_id, action, command_id)

        return await _each(ids, request_id, one)

    async def assign(
        self, caller: Caller, ids: Sequence[ConversationId], agent_id: AgentId, request_id: UUID
    ) -> list[Outcome]:
        """Give them all to one agent, who is not asked."""

        async def one(conversation_id: ConversationId, _: UUID) -> object:
            return await self._transfers.assign(caller, conversation_id, agent_id, None)

        return await _each(ids, request_id, one)

    async def to_queue(
        self, caller: Caller, ids: Sequence[ConversationId], queue_id: QueueId, request_id: UUID
    ) -> list[Outcome]:
        """Have them all wait in one queue."""

        async def one(conversation_id: ConversationId, command_id: UUID) -> object:
            return await self._transfers.to_queue(caller, conversation_id, queue_id, None, command_id)

        return await _each(ids, request_id, one)


async def _each(ids: Sequence[ConversationId], request_id: UUID, one: One) -> list[Outcome]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def outcome(conversation_id: ConversationId) -> Outcome:
        try:
            async with turns:
                await one(conversation_id, uuid5(request_id, str(conversation_id)))
        except HoldfastError as error:
            return Outcome(
                conversation_id=conversation_id, done=False, code=error.code, detail=str(error)
            )
        return Outcome(conversation_id=conversation_id, done=True)

    return list(await asyncio.gather(*(outcome(each) for each in dict.fromkeys(ids))))
