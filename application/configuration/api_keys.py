"""API keys: for programs, with the scopes they need and no more."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from application import tokens
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from domain.configuration import ApiKey, Caller, Scope
from domain.errors import InvalidInput, NotFound
from domain.ids import AgentId, new_id
from domain.values import Value
from storage.access import ApiKeys
from storage.agents import Agents
from storage.database import Database

SUBJECT: Final = "api_key"
# Whoever answers a customer or takes over a conversation has a name in the transcript.
NEED_A_PERSON: Final = frozenset({Scope.AGENT, Scope.SUPERVISOR})

Scopes = Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(Scope))]


class NewApiKey(Draft):
    """A key to make. Keys with the scope `agent` or `supervisor` act for a person."""

    name: Name = Field(examples=["Reporting"])
    scopes: Scopes = Field(examples=[["config:read"]])
    agent_id: AgentId | None = None
    expires_at: AwareDatetime | None = None


class MadeKey(Value):
    """A new key with its token, which is told this once and never again."""

    key: ApiKey
    token: str = Field(repr=False)


class ApiKeyConfiguration:
    """Makes and revokes keys."""

    def __init__(self, *, keys: ApiKeys, agents: Agents, trail: AuditTrail, database: Database) -> None:
        self._keys = keys
        self._agents = agents
        self._trail = trail
        self._database = database

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[ApiKey], str | None]:
        """One page, oldest first; revoked ones too."""
        return await self._keys.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewApiKey) -> MadeKey:
        """Make one."""
        made_at = now()
        await self._check(draft, made_at)
        made = tokens.new_key()
        scopes = tuple(dict.fromkeys(draft.scopes))
        fields = draft.model_dump(exclude={"scopes"})
        key = ApiKey(key_id=new_id(), prefix=made.prefix, scopes=scopes, created_at=made_at, **fields)
        async with self._database.transaction():
            await self._keys.create(key, tokens.digest(made.token))
            told: dict[str, object] = {"name": key.name, "scopes": list(scopes)}
            await self._trail.record(caller, "created", SUBJECT, key.key_id, told)
        return MadeKey(key=key, token=made.token)

    async def revoke(self, caller: Caller, key_id: UUID) -> None:
        """Close the door for a key, at once and for good."""
        async with self._database.transaction():
            await self._keys.revoke(key_id)
            await self._trail.record(caller, "revoked", SUBJECT, key_id)

    async def opens(self, token: str) -> bool:
        """Whether a token is one of a key that is good now."""
        return await self._keys.by_hash(tokens.digest(token)) is not None

    async def _check(self, draft: NewApiKey, made_at: datetime) -> None:
        if draft.expires_at is not None and draft.expires_at <= made_at:
            raise InvalidInput("`expires_at` must be in the future.", field="expires_at")
        if draft.agent_id is None and NEED_A_PERSON & set(draft.scopes):
            raise InvalidInput("Name the agent this key acts for in `agent_id`.", field="agent_id")
        if draft.agent_id is not None:
            await self._check_agent(draft.agent_id)

    async def _check_agent(self, agent_id: AgentId) -> None:
        try:
            await self._agents.get(agent_id)
        except NotFound as error:
            raise InvalidInput("There is no such agent.", field="agent_id") from error
