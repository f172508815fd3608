"""Preferred agents: whom a customer likes best is asked first."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from application.configuration.audit import AuditTrail
from application.configuration.drafts import Draft
from application.configuration.work_forms import each_once
from domain.configuration import Caller
from domain.ids import AgentId, ContactId
from storage.contacts import Contacts
from storage.database import Database
from storage.preferred_agents import PreferredAgents

SUBJECT: Final = "contact"
MOST: Final = 3


class Preference(Draft):
    """Agents by their ids. The first is asked first."""

    agent_ids: Annotated[tuple[AgentId, ...], AfterValidator(each_once), Field(max_length=MOST)] = (
        Field(examples=[["019b1e8e-5c1a-7c3e-9a55-9d1f4c1b7c11"]])
    )


class PreferredAgentConfiguration:
    """Keeps whom contacts prefer."""

    def __init__(self, *, trail: AuditTrail, database: Database) -> None:
        self._contacts = Contacts(database)
        self._preferred = PreferredAgents(database)
        self._trail = trail
        self._database = database

    async def get(self, contact_id: ContactId) -> Preference:
        """Raise NotFound."""
        await self._contacts.get(contact_id)
        return Preference(agent_ids=await self._preferred.of(contact_id))

    async def put(self, caller: Caller, contact_id: ContactId, wanted: Preference) -> Preference:
        """Replace them. Raise Conflict when the person was erased."""
        async with self._database.transaction():
            before = await self._preferred.put(contact_id, wanted.agent_ids)
            if before != wanted.agent_ids:
                changes = {"from": _told(before), "to": _told(wanted.agent_ids)}
                told: dict[str, object] = {"preferred_agents": changes}
                await self._trail.record(caller, "updated", SUBJECT, contact_id, told)
        return wanted


def _told(agent_ids: tuple[AgentId, ...]) -> list[str]:
    return [str(agent_id) for agent_id in agent_ids]
