"""Agents: the people inside, their roles and their passwords."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Email, Name
from application.configuration.register import Register
from application.configuration.skills import check_skills
from application.configuration.work_forms import (
    AgentCapacityProfiles,
    AgentSkills,
    CapacityUnits,
    ChosenPresence,
)
from application.passwords import MAX_LENGTH, MIN_LENGTH, Passwords
from domain.configuration import Agent, Caller, Role
from domain.errors import Conflict
from domain.ids import AgentId, new_id
from domain.presences import BasePresence
from storage.access import Sessions
from storage.agents import Agents
from storage.database import Database
from storage.skills import Skills

SUBJECT: Final = "agent"

Password = Annotated[SecretStr, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]
Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]


class NewAgent(Draft):
    """A person to let in. Without a password they cannot sign in yet."""

    name: Name = Field(examples=["Ann Lee"])
    email: Email = Field(examples=["ann@example.com"])
    roles: Roles = (Role.AGENT,)
    enabled: bool = True
    password: Password | None = None
    capacity_units: CapacityUnits | None = None
    """None: no limit in units."""
    capacity_profiles: AgentCapacityProfiles = ()
    skills: AgentSkills = ()
    default_presence: ChosenPresence = BasePresence.AVAILABLE


class AgentChange(Draft):
    """What to change of a person. Lists are replaced; the password has an address of its own."""

    name: Name | None = None
    email: Email | None = None
    roles: Roles | None = None
    enabled: bool | None = None
    capacity_units: CapacityUnits | None = None
    """null: no limit in units."""
    capacity_profiles: AgentCapacityProfiles | None = None
    skills: AgentSkills | None = None
    default_presence: ChosenPresence | None = None

    def given(self) -> dict[str, Any]:
        """As of every form; but no limit is a limit, too."""
        unlimited = "capacity_units" in self.model_fields_set and self.capacity_units is None
        return {**super().given(), **({"capacity_units": None} if unlimited else {})}


class AgentConfiguration:
    """Keeps the people inside. There is always somebody left who can administer."""

    def __init__(
        self,
        *,
        agents: Agents,
        skills: Skills,
        sessions: Sessions,
        passwords: Passwords,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._agents = agents
        self._skills = skills
        self._sessions = sessions
        self._passwords = passwords
        self._trail = trail
        self._database = database
        self._register = Register(SUBJECT, agents, trail, database)

    async def get(self, agent_id: AgentId) -> Agent:
        """Raise NotFound."""
        return await self._register.get(agent_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Agent], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewAgent) -> Agent:
        """Let somebody in."""
        hashed = await self._hashed(draft.password)
        await check_skills(self._skills, draft.skills)
        fields = draft.model_dump(exclude={"password", "roles"})
        agent = Agent(
            agent_id=new_id(), created_at=now(), updated_at=now(), roles=_once(draft.roles), **fields
        )
        async with self._database.transaction():
            created = await self._register.create(caller, agent.agent_id, agent)
            if hashed is not None:
                await self._agents.set_password_hash(agent.agent_id, hashed)
        return created

    async def update(
        self, caller: Caller, agent_id: AgentId, change: AgentChange, expected_version: int
    ) -> Agent:
        """Change some of it. Roles and being disabled take effect with their next request."""
        changes = change.given()
        await check_skills(self._skills, change.skills or ())
        if change.roles is not None:
            changes["roles"] = _once(change.roles)
        async with self._an_admin_stays():
            return await self._register.update(caller, agent_id, changes, expected_version)

    async def delete(self, caller: Caller, agent_id: AgentId, expected_version: int) -> None:
        """Remove a person. Raise StillInUse while they have open conversations."""
        async with self._an_admin_stays():
            await self._register.delete(caller, agent_id, expected_version)

    async def set_password(self, caller: Caller, agent_id: AgentId, password: SecretStr) -> None:
        """Set a new password, and end every session that began with the old one."""
        hashed = await self._passwords.hash(password.get_secret_value())
        async with self._database.transaction():
            await self._register.get(agent_id)
            await self._agents.set_password_hash(agent_id, hashed)
            await self._sessions.revoke_all(agent_id)
            await self._trail.record(caller, "password_set", SUBJECT, agent_id, {"password": "set"})

    async def has_password(self, agent_id: AgentId, password: SecretStr) -> bool:
        """Whether somebody signs in with this one."""
        stored = await self._agents.password_hash(agent_id)
        return await self._passwords.matches(password.get_secret_value(), stored)

    async def _hashed(self, password: SecretStr | None) -> str | None:
        return await self._passwords.hash(password.get_secret_value()) if password else None

    @asynccontextmanager
    async def _an_admin_stays(self) -> AsyncIterator[None]:
        """A change that would leave none is undone; two at once see each other."""
        async with self._database.transaction():
            await self._agents.hold_admins()
            yield
            if not await self._agents.hold_admins():
                raise Conflict("This would leave no enabled admin. Make somebody else an admin first.")


def _once(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(roles))
