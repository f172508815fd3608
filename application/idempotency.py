"""A request that is repeated with its Idempotency-Key is done once and answered alike."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from pydantic import Field

from domain.configuration import Caller
from domain.values import Value
from storage.database import Database
from storage.idempotency import IdempotencyKeys, Stored


class KeyedRequest(Value):
    """A request with a key: who sent it, and what it asks for."""

    caller: Caller
    key: str
    fingerprint: bytes

    @property
    def owner(self) -> str:
        """Keys belong to one caller: nobody can replay, or guess at, another's."""
        return str(self.caller.key_id or self.caller.agent_id)


class Answer(Value):
    """A successful response, as it is kept for repetition."""

    status: int
    body: str
    headers: dict[str, str] = Field(default_factory=dict)
    replayed: bool = False


Work: TypeAlias = Callable[[], Awaitable[Answer]]


class Idempotency:
    """Remembers answers by key. A request that fails is forgotten: it changed nothing."""

    def __init__(self, keys: IdempotencyKeys, database: Database) -> None:
        self._keys = keys
        self._database = database

    async def in_one_transaction(self, request: KeyedRequest, work: Work) -> Answer:
        """For work that only writes to PostgreSQL: the effect and the answer commit together."""
        async with self._database.transaction():
            if stored := await self._begin(request):
                return stored
            answer = await work()
            await self._finish(request, answer)
            return answer

    async def guarded(self, request: KeyedRequest, work: Work) -> Answer:
        """For work that reaches further and is itself repeatable.

        If the process dies in the middle, the key is free again after a while and the work is
        repeated; its ids are derived from the key, so what was done is found and not done twice.
        """
        if stored := await self._begin(request):
            return stored
        try:
            answer = await work()
        except BaseException:
            await self._keys.abandon(request.owner, request.key)
            raise
        await self._finish(request, answer)
        return answer

    async def _begin(self, request: KeyedRequest) -> Answer | None:
        stored = await self._keys.begin(request.owner, request.key, request.fingerprint)
        if stored is None:
            return None
        return Answer.model_validate_json(stored.body).model_copy(update={"replayed": True})

    async def _finish(self, request: KeyedRequest, answer: Answer) -> None:
        kept = Stored(status=answer.status, body=answer.model_dump_json().encode())
        await self._keys.finish(request.owner, request.key, kept)
