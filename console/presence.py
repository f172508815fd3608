"""An agent's own presence: there while their page is open, and otherwise as they choose."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from pydantic import ValidationError

from application.presences import PresenceChoice
from console.load import load_of
from console.workplace import Failed, Workplace
from domain.configuration import Caller
from domain.presences import AgentPresence, BasePresence


class OwnPresence:
    """What is shown at the top of the page, and what one does about it."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._desk = place.services.engine.presences

    async def begin(self, caller: Caller) -> None:
        """What there is to choose from, and how they are."""
        self._place.layout.presence.offer(await self._desk.options())
        work = await self._desk.own_work(caller)
        self._place.layout.presence.show(work.presence)
        self._place.layout.load.show(load_of(work, self._place.reader.texts))

    async def choose(self, key: str) -> None:
        """What was picked from the list."""
        choice = _choice(key)
        if choice is not None:
            await self._do(lambda caller: self._desk.choose(caller, choice))

    async def reset(self) -> None:
        """There again."""
        await self._do(self._desk.reset)

    async def _do(self, doing: Callable[[Caller], Awaitable[AgentPresence]]) -> None:
        picker = self._place.layout.presence
        try:
            picker.show(await self._place.do(doing))
        except Failed as failed:
            picker.complain(str(failed))


def _choice(key: str) -> PresenceChoice | None:
    """What a browser sends may be anything."""
    try:
        if key in set(BasePresence):
            return PresenceChoice.model_validate({"base": key})
        return PresenceChoice(presence_id=UUID(key))
    except (ValidationError, ValueError):
        return None
