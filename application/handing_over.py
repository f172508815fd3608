"""Offers that people make: to hand a conversation over, to assign it, or to ask for help."""

from collections.abc import Collection
from typing import Final, Protocol

from domain.attendance import Attendance
from domain.capacity import Shortage
from domain.errors import NotFound, NotYourConversation, Refused
from domain.ids import AgentId, ConversationId
from domain.offers import NotOffered, Offer
from domain.presences import BasePresence
from domain.values import Value
from domain.views import ConversationView
from routing.presences import named, presence_of
from storage.attendances import Attendances
from storage.offers import Made
from storage.workstreams import Workstreams

NOT_YOURS: Final = "Take the conversation first: it is not assigned to you."
_REASONS: Final = {
    NotOffered.LOCKED: "Something happens to the conversation just now; try again.",
    NotOffered.NOT_WAITING: "In its present state it can be given to nobody.",
    NotOffered.IN_ANOTHER_QUEUE: "It is in another queue by now.",
    NotOffered.OFFERED_ALREADY: "It is being offered to somebody already; wait for the answer.",
    NotOffered.TAKEN: "Somebody has just taken it, or {name} has it already.",
    NotOffered.NO_SUCH_AGENT: "{name} may not work any more.",
    Shortage.UNITS: "{name} has no capacity left.",
    Shortage.PROFILE: "{name} has no capacity left for such work.",
    Shortage.NO_PROFILE: "{name} does not do this kind of work.",
    Shortage.BLOCKED: "{name} is busy with work that keeps all other work away.",
    Shortage.SESSIONS: "{name} has as many conversations as anybody may have.",
}


class Doorbell(Protocol):
    """Whom to tell that a conversation has mail."""

    def ring(self, conversation_id: ConversationId) -> None:
        """Only a hint."""


class Colleague(Value):
    """Somebody to whom work may be handed over, if they are there."""

    agent_id: AgentId
    name: str
    presence: BasePresence


class Colleagues:
    """Who can be asked by somebody who works beside them."""

    def __init__(self, attendances: Attendances, workstreams: Workstreams) -> None:
        self._attendances = attendances
        self._workstreams = workstreams

    async def one(self, agent_id: AgentId) -> Attendance:
        """Raise NotFound."""
        return await self._attendances.one(agent_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Colleague], str | None]:
        """Everybody who may work, and how they are."""
        agents, next_cursor = await self._attendances.listing(cursor, limit)
        return [_colleague(each) for each in agents], next_cursor

    async def among(self, agent_ids: Collection[AgentId]) -> list[Attendance]:
        """Those of them who may work."""
        return await self._attendances.among(agent_ids)

    async def require_present(self, agent: Attendance, conversation: ConversationView) -> None:
        """Raise Refused when work of this kind must not be brought to them as they are now."""
        allowed = (await self._workstreams.get(conversation.workstream_id)).work.allowed_presences
        base = presence_of(agent).base
        if base not in allowed:
            raise Refused(f"{agent.agent_name} cannot be asked now: {named(base).lower()}.")


def _colleague(agent: Attendance) -> Colleague:
    base = presence_of(agent).base
    return Colleague(agent_id=agent.agent_id, name=agent.agent_name, presence=base)


def as_offer(made: Made, agent: Attendance) -> Offer:
    """The offer; or raise why there is none, for people."""
    if isinstance(made, Offer):
        return made
    if made is NotOffered.NOT_THEIRS:
        raise NotYourConversation(NOT_YOURS)
    if made is NotOffered.NO_SUCH_AGENT:
        raise NotFound(_REASONS[made].format(name=agent.agent_name))
    raise Refused(_REASONS[made].format(name=agent.agent_name), why=made.value)
