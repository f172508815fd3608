"""Calls that say that their agent is there, for programs without a window."""

from typing import Annotated

from fastapi import Depends

from api.dependencies import AgentCaller, Token, UseEngine
from domain.configuration import Caller


async def present_agent(caller: AgentCaller, token: Token, engine: UseEngine) -> Caller:
    """The caller, who is there from now on, and for a minute after their last such call."""
    await engine.windows.vouch(caller, token)
    return caller


PresentAgent = Annotated[Caller, Depends(present_agent)]
