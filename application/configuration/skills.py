"""Skills: what agents can do, and what its levels are called."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from application.configuration.register import Register
from application.configuration.work_forms import each_once
from domain.configuration import Caller
from domain.errors import InvalidInput
from domain.ids import SkillId, new_id
from domain.skills import AgentSkill, Levels, RequiredSkill, Skill
from storage.database import Database
from storage.skills import Skills

SUBJECT: Final = "skill"
LevelNames: TypeAlias = Annotated[Levels, AfterValidator(each_once)]
ONE_TO_TEN: Final = tuple(str(level) for level in range(1, 11))


class NewSkill(Draft):
    """A skill to introduce. Without `levels` they are called 1 to 10."""

    name: Name = Field(examples=["Billing"])
    levels: LevelNames = ONE_TO_TEN


class SkillChange(Draft):
    """What to change of a skill. Its levels are replaced as a whole; agents keep their numbers."""

    name: Name | None = None
    levels: LevelNames | None = None


class SkillConfiguration:
    """Keeps skills."""

    def __init__(self, *, skills: Skills, trail: AuditTrail, database: Database) -> None:
        self._register = Register(SUBJECT, skills, trail, database)

    async def get(self, skill_id: SkillId) -> Skill:
        """Raise NotFound."""
        return await self._register.get(skill_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Skill], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewSkill) -> Skill:
        """Introduce one."""
        skill = Skill(skill_id=new_id(), created_at=now(), updated_at=now(), **dict(draft))
        return await self._register.create(caller, skill.skill_id, skill)

    async def update(
        self, caller: Caller, skill_id: SkillId, change: SkillChange, expected_version: int
    ) -> Skill:
        """Change some of it. Raise StillInUse when rules or conversations say the old name."""
        return await self._register.update(caller, skill_id, change.given(), expected_version)

    async def delete(self, caller: Caller, skill_id: SkillId, expected_version: int) -> None:
        """Remove it. Raise StillInUse while agents, rules or running conversations have it."""
        await self._register.delete(caller, skill_id, expected_version)


async def check_skills(known: Skills, wanted: Sequence[AgentSkill]) -> None:
    """Raise InvalidInput unless each exists and has such a level."""
    skills = {skill.skill_id: skill for skill in await known.among([each.skill_id for each in wanted])}
    problems = _problems((f"{each.skill_id}", skills.get(each.skill_id), each.level) for each in wanted)
    if problems:
        raise InvalidInput(" ".join(problems), field="skills", problems=problems)


async def unknown_skills(known: Skills, wanted: Sequence[RequiredSkill]) -> list[str]:
    """What is wrong with these, in words: skills that do not exist, levels that they do not have."""
    found = await known.named([each.name for each in wanted])
    skills = {skill.name.casefold(): skill for skill in found}
    return _problems(
        (f"“{each.name}”", skills.get(each.name.casefold()), each.level) for each in wanted
    )


def _problems(wanted: Iterable[tuple[str, Skill | None, int]]) -> list[str]:
    problems = []
    for called, skill, level in wanted:
        if skill is None:
            problems.append(f"There is no skill {called}.")
        elif level > len(skill.levels):
            problems.append(f"“{skill.name}” has {len(skill.levels)} levels, but no level {level}.")
    return problems
