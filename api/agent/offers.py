"""/agent/v1/offers, and the answers to them."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.agent.routing import RequestId, agent_router
from api.agent.vouching import PresentAgent
from api.dependencies import AgentCaller, UseEngine
from api.pagination import PageOf
from domain.ids import ConversationId, OfferId
from domain.offers import Offer
from domain.views import ConversationView, OfferView

router = agent_router("/offers", "offers")
answers_router: APIRouter = agent_router("/conversations", "offers")


class Declining(BaseModel):
    """Why, if the agent says so. Supervisors read it; customers never do."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(
        default=None, min_length=1, max_length=1_000, examples=["I do not speak Romanian."]
    )


@router.get("")
async def listing(caller: PresentAgent, engine: UseEngine) -> PageOf[OfferView]:
    """What you are offered now, all of it. `remaining` is how long each still stands.

    Whoever asks is there for a minute, window or not.
    """
    return PageOf(items=await engine.offers.mine(caller))


@router.post("/{offer_id}/shown", status_code=204)
async def shown(offer_id: OfferId, caller: AgentCaller, engine: UseEngine) -> None:
    """You have it before your eyes. What runs out without this was not delivered."""
    await engine.offers.shown(caller, offer_id)


@answers_router.post("/{conversation_id}/accept")
async def accept(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, request_id: RequestId
) -> ConversationView:
    """Take what you are offered; or an open conversation of your queues, or your own waiting one.

    Taking one's own again changes nothing.
    """
    return await engine.offers.accept(caller, conversation_id, request_id)


@answers_router.post("/{conversation_id}/decline")
async def decline(
    *,
    conversation_id: ConversationId,
    body: Declining | None = None,
    caller: AgentCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> Offer:
    """Leave what you are offered to somebody else."""
    reason = body.reason if body else None
    return await engine.offers.decline(caller, conversation_id, reason, request_id)
