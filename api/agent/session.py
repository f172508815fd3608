"""Sign-in, sign-out, and who am I."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import KnownCaller, Token, UseServices
from api.errors import PROBLEMS
from application.access import SignedIn
from domain.configuration import Agent, Scope

router = APIRouter(prefix="/agent/v1", tags=["session"], responses=PROBLEMS)


class SignIn(BaseModel):
    """An e-mail address and its password."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320, examples=["ann@example.com"])
    password: str = Field(max_length=1_000, repr=False)


class Me(BaseModel):
    """Who is asking, and what they may do."""

    name: str
    scopes: list[Scope]
    agent: Agent | None = None


@router.post("/sign-in")
async def sign_in(body: SignIn, request: Request, services: UseServices) -> SignedIn:
    """A session token, told once."""
    address = request.client.host if request.client else "unknown"
    return await services.access.sign_in(body.email, body.password, address)


@router.post("/sign-out", status_code=204)
async def sign_out(token: Token, caller: KnownCaller, services: UseServices) -> None:
    """End this session at once, and whatever windows it has open."""
    await services.access.sign_out(token)
    await services.engine.windows.sign_out(caller, token)


@router.get("/me")
async def me(caller: KnownCaller, services: UseServices) -> Me:
    agent = await services.access.agent(caller.agent_id) if caller.agent_id else None
    return Me(name=caller.name, scopes=sorted(caller.scopes), agent=agent)
