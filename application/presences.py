"""Whether agents are there for work: what they, or supervisors, see and choose."""

from typing import Literal, Self

from pydantic import model_validator

from application.configuration.drafts import Draft
from domain.attendance import AgentAtWork
from domain.configuration import Caller
from domain.errors import Conflict, NotAllowed
from domain.ids import AgentId, PresenceId
from domain.presences import AgentPresence, BasePresence, Presence
from domain.values import Value
from routing.presences import at_work, named, presence_of
from storage.agent_presences import AgentPresences
from storage.attendances import Attendances
from storage.presences import Presences

Choosable = Literal[
    BasePresence.AVAILABLE,
    BasePresence.BUSY,
    BasePresence.DO_NOT_DISTURB,
    BasePresence.AWAY,
    BasePresence.OFFLINE,
]
"""Nobody chooses to be inactive."""
_CHOOSABLE = tuple(base for base in BasePresence if base is not BasePresence.INACTIVE)


class PresenceChoice(Draft):
    """A presence that everybody has, or one that an admin named."""

    base: Choosable | None = None
    presence_id: PresenceId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.base is None) == (self.presence_id is None):
            raise ValueError("choose by `base` or by `presence_id`")
        return self


class PresenceOption(Value):
    """What one may choose."""

    base: BasePresence
    name: str
    presence_id: PresenceId | None = None


class PresenceDesk:
    """Reads and chooses. Which presence follows is decided in `routing.presences`."""

    def __init__(
        self, *, attendances: Attendances, chosen: AgentPresences, presences: Presences
    ) -> None:
        self._attendances = attendances
        self._chosen = chosen
        self._presences = presences

    async def own(self, caller: Caller) -> AgentPresence:
        """The caller's."""
        return await self._now(_person(caller))

    async def own_work(self, caller: Caller) -> AgentAtWork:
        """The caller's, and how much they have."""
        return at_work(await self._attendances.one(_person(caller)))

    async def choose(self, caller: Caller, choice: PresenceChoice) -> AgentPresence:
        """The caller's own choice."""
        return await self.choose_for(_person(caller), choice)

    async def reset(self, caller: Caller) -> AgentPresence:
        """The caller is there again, whatever was imposed on them."""
        return await self.reset_for(_person(caller))

    async def choose_for(self, agent_id: AgentId, choice: PresenceChoice) -> AgentPresence:
        """Raise NotFound, or Conflict when there is nobody to choose for."""
        base: BasePresence | None = choice.base
        presence_id = choice.presence_id
        if presence_id is not None:
            base = (await self._presences.get(presence_id)).base
        before = await self._attendances.one(agent_id)
        if base is not None and await self._chosen.choose(agent_id, base, presence_id):
            return await self._now(agent_id)
        if base is BasePresence.OFFLINE:
            return presence_of(before)
        raise Conflict("This agent is not connected. Open the console, or call again.")

    async def reset_for(self, agent_id: AgentId) -> AgentPresence:
        """Raise NotFound. Without anything imposed it changes nothing."""
        await self._chosen.reset(agent_id)
        return await self._now(agent_id)

    async def options(self) -> list[PresenceOption]:
        """What one may choose: the usual ones, then those that admins named."""
        usual = [PresenceOption(base=base, name=named(base)) for base in _CHOOSABLE]
        return [*usual, *(_option(each) for each in await self._presences.choosable())]

    async def agents(self, cursor: str | None, limit: int) -> tuple[list[AgentAtWork], str | None]:
        """Everybody, and how much they have."""
        agents, next_cursor = await self._attendances.listing(cursor, limit)
        return [at_work(agent) for agent in agents], next_cursor

    async def _now(self, agent_id: AgentId) -> AgentPresence:
        return presence_of(await self._attendances.one(agent_id))


def _option(presence: Presence) -> PresenceOption:
    return PresenceOption(base=presence.base, name=presence.name, presence_id=presence.presence_id)


def _person(caller: Caller) -> AgentId:
    if caller.agent_id is None:
        raise NotAllowed("This key belongs to no person, so it has no presence.")
    return caller.agent_id
