"""/agent/v1/presence: whether one is there for work; for supervisors, whether others are."""

from fastapi import APIRouter

from api.agent.vouching import PresentAgent
from api.dependencies import AgentCaller, SupervisorCaller, Token, UseEngine
from api.errors import PROBLEMS
from api.pagination import PageOf, Paging
from application.presences import PresenceChoice, PresenceOption
from domain.attendance import AgentAtWork
from domain.ids import AgentId
from domain.presences import AgentPresence, BasePresence

router = APIRouter(prefix="/agent/v1", tags=["presence"], responses=PROBLEMS)


@router.get("/presence")
async def get(caller: AgentCaller, engine: UseEngine) -> AgentPresence:
    """What one chose, what was imposed, or what follows from what one has to do."""
    return await engine.presences.own(caller)


@router.put("/presence")
async def choose(
    choice: PresenceChoice, caller: AgentCaller, token: Token, engine: UseEngine
) -> AgentPresence:
    """Available and busy hold until work is given or taken next, the others until changed.

    Whoever has no window open is there for a minute with each call.
    """
    if choice.base is not BasePresence.OFFLINE:
        await engine.windows.vouch(caller, token)
    return await engine.presences.choose(caller, choice)


@router.post("/presence/reset")
async def reset(caller: PresentAgent, engine: UseEngine) -> AgentPresence:
    """Be there again after missed or declined offers made one inactive."""
    return await engine.presences.reset(caller)


@router.get("/presences")
async def options(_caller: AgentCaller, engine: UseEngine) -> list[PresenceOption]:
    """What one may choose."""
    return await engine.presences.options()


@router.get("/agents")
async def agents(_caller: SupervisorCaller, engine: UseEngine, page: Paging) -> PageOf[AgentAtWork]:
    """Everybody: whether they are there, and how much they have. For supervisors."""
    items, next_cursor = await engine.presences.agents(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.put("/agents/{agent_id}/presence")
async def choose_for(
    agent_id: AgentId, choice: PresenceChoice, _caller: SupervisorCaller, engine: UseEngine
) -> AgentPresence:
    """Choose for somebody else who is connected. For supervisors."""
    return await engine.presences.choose_for(agent_id, choice)


@router.post("/agents/{agent_id}/presence/reset")
async def reset_for(agent_id: AgentId, _caller: SupervisorCaller, engine: UseEngine) -> AgentPresence:
    """Let somebody be there again whom the system made inactive. For supervisors."""
    return await engine.presences.reset_for(agent_id)
