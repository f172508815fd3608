"""/config/v1/agents: the people inside. Whoever changes them decides who gets in."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.config.schemas import NewPassword
from api.dependencies import AccessWriter, ConfigReader, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.agents import AgentChange, NewAgent
from domain.configuration import Agent
from domain.ids import AgentId

PATH: Final = "/config/v1/agents"
router = config_router(PATH, "agents")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[Agent]:
    items, next_cursor = await configuration.agents.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewAgent, caller: AccessWriter, configuration: UseConfiguration, response: Response
) -> Agent:
    agent = await configuration.agents.create(caller, draft)
    tag(response, agent, location=f"{PATH}/{agent.agent_id}")
    return agent


@router.get("/{agent_id}")
async def get(
    agent_id: AgentId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Agent:
    agent = await configuration.agents.get(agent_id)
    tag(response, agent)
    return agent


@router.patch("/{agent_id}")
async def update(
    *,
    agent_id: AgentId,
    change: AgentChange,
    version: ExpectedVersion,
    caller: AccessWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Agent:
    agent = await configuration.agents.update(caller, agent_id, change, version)
    tag(response, agent)
    return agent


@router.delete("/{agent_id}", status_code=204)
async def delete(
    agent_id: AgentId, version: ExpectedVersion, caller: AccessWriter, configuration: UseConfiguration
) -> None:
    await configuration.agents.delete(caller, agent_id, version)


@router.put("/{agent_id}/password", status_code=204)
async def set_password(
    agent_id: AgentId, new: NewPassword, caller: AccessWriter, configuration: UseConfiguration
) -> None:
    """Set a password. It ends every session of this person."""
    await configuration.agents.set_password(caller, agent_id, new.password)
