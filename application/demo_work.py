"""What the people of the demo can do: with pushed work one sees who is asked, and why."""

from collections.abc import Sequence
from typing import Final

from application.configuration.agents import AgentChange
from application.configuration.skills import NewSkill
from application.services import Configuration
from application.whole_lists import find
from domain.configuration import Agent, Caller
from domain.skills import AgentSkill, Skill

LEVELS: Final = ("Basic", "Good", "Expert")
NAMES: Final = ("Billing", "Returns")
UNITS: Final = 90
"""Three conversations of a workstream's usual 30 units."""


class DemoWork:
    """Makes what is missing, and leaves alone what an admin has changed."""

    def __init__(self, configuration: Configuration, caller: Caller) -> None:
        self._configuration = configuration
        self._caller = caller

    async def ensure(self, agents: Sequence[Agent]) -> None:
        """Each is an expert in something else; only the last one has a limit."""
        skills = [await self._skill(name) for name in NAMES]
        for number, agent in enumerate(agents):
            if agent.version == 1:
                units = UNITS if agent is agents[-1] else None
                await self._teach(agent, _shared_out(skills, number), units)

    async def _skill(self, name: str) -> Skill:
        use = self._configuration.skills
        known = await find(use.listing, lambda skill: skill.name == name)
        return known or await use.create(self._caller, NewSkill(name=name, levels=LEVELS))

    async def _teach(self, agent: Agent, skills: tuple[AgentSkill, ...], units: int | None) -> None:
        change = AgentChange(skills=skills, capacity_units=units)
        await self._configuration.agents.update(self._caller, agent.agent_id, change, agent.version)


def _shared_out(skills: Sequence[Skill], number: int) -> tuple[AgentSkill, ...]:
    expert = number % len(skills)
    return tuple(
        AgentSkill(skill_id=skill.skill_id, level=len(skill.levels) if each == expert else 1)
        for each, skill in enumerate(skills)
    )
