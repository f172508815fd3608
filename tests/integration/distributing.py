"""What tests of work distribution have in common: agents with capacity, and conversations that wait."""

from typing import Any
from uuid import UUID

from domain.configuration import Agent
from domain.conversations import State
from domain.distribution import WorkSettings
from domain.effects import Trigger
from domain.ids import AgentId, ConversationId, OfferId
from domain.offers import OfferState
from domain.ports import CloseRequest, Projection
from storage.agents import Agents
from storage.capacity import Capacity
from storage.conversations import Conversations
from storage.documents import document
from storage.offers import Made, NewOffer, Offers
from storage.organization import Organizations
from tests.integration.house import House, an_agent, now

GIVE_UNITS = "UPDATE agents SET capacity_units = %(units)s WHERE agent_id = %(agent_id)s"
SET_WORK = "UPDATE workstreams SET distribution = 'push', work = %(work)s"
SET_POLICY = "UPDATE organizations SET assignment = %(assignment)s::jsonb"
LEASES = """
    SELECT coalesce(jsonb_object_agg(agent_id, held_for), '{}') FROM capacity_leases
    WHERE conversation_id = %(conversation_id)s
"""
LAST_POSITION = "SELECT mailbox_seq FROM conversations WHERE conversation_id = %(conversation_id)s"
STATE_OF = "SELECT state FROM offers WHERE offer_id = %(offer_id)s"


class Distributing:
    """The house of every test, as whoever gives out work sees it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.offers = Offers(house.db)
        self.capacity = Capacity(house.db)
        self._revisions: dict[ConversationId, int] = {}
        self._customers = 0

    async def agent(self, name: str, units: int | None = None) -> Agent:
        agent = await Agents(self.house.db).create(an_agent(name))
        await self.give(agent.agent_id, units)
        return agent

    async def give(self, agent_id: AgentId, units: int | None) -> None:
        await self.house.db.execute(GIVE_UNITS, {"agent_id": agent_id, "units": units})

    async def work(self, **settings: Any) -> None:
        """Work is pushed, and like this."""
        await self.house.db.execute(SET_WORK, {"work": document(WorkSettings(**settings))})

    async def policy(self, assignment: str) -> None:
        """What the organisation does about those who miss or decline work."""
        await Organizations(self.house.db).create_once("Shop")
        await self.house.db.execute(SET_POLICY, {"assignment": assignment})

    async def conversation(self) -> ConversationId:
        """Another customer writes."""
        self._customers += 1
        received = await self.house.receive(
            f"SM{self._customers}", f"whatsapp:+491511{self._customers:07}"
        )
        return received.conversation_id

    async def offer(self, conversation_id: ConversationId, agent: Agent, **override: Any) -> Made:
        values = {"conversation_id": conversation_id, "agent_id": agent.agent_id}
        return await self.offers.make(NewOffer(**values | override))

    async def project(
        self,
        conversation_id: ConversationId,
        state: State,
        agent: Agent | None = None,
        *,
        offers: dict[OfferId, OfferState] | None = None,
        announcements: tuple[Trigger, ...] = (),
        holds: bool | None = None,
    ) -> None:
        """What its workflow writes."""
        revision = self._revisions[conversation_id] = self._revisions.get(conversation_id, 0) + 1
        projection = Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=state,
            at=now(),
            agent_id=agent.agent_id if agent else None,
            holds_capacity=agent is not None if holds is None else holds,
            announcements=announcements,
            offers=offers or {},
        )
        await Conversations(self.house.db).project(projection)

    async def close(self, conversation_id: ConversationId) -> bool:
        """Its workflow has handled all its mail."""
        handled = await self.house.value(LAST_POSITION, conversation_id=conversation_id)
        request = CloseRequest(
            conversation_id=conversation_id, handled=handled, at=now(), reason="auto_close"
        )
        return await Conversations(self.house.db).close(request)

    async def leases(self, conversation_id: ConversationId) -> dict[UUID, str]:
        """Who holds it, and for what."""
        rows = await self.house.value(LEASES, conversation_id=conversation_id)
        return {UUID(agent_id): held_for for agent_id, held_for in rows.items()}

    async def state_of(self, offer_id: OfferId) -> str:
        return str(await self.house.value(STATE_OF, offer_id=offer_id))
