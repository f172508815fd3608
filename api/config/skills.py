"""/config/v1/skills: what agents can do."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.skills import NewSkill, SkillChange
from domain.ids import SkillId
from domain.skills import Skill

PATH: Final = "/config/v1/skills"
router = config_router(PATH, "skills")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[Skill]:
    items, next_cursor = await configuration.skills.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewSkill, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Skill:
    skill = await configuration.skills.create(caller, draft)
    tag(response, skill, location=f"{PATH}/{skill.skill_id}")
    return skill


@router.get("/{skill_id}")
async def get(
    skill_id: SkillId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Skill:
    skill = await configuration.skills.get(skill_id)
    tag(response, skill)
    return skill


@router.patch("/{skill_id}")
async def update(
    *,
    skill_id: SkillId,
    change: SkillChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Skill:
    skill = await configuration.skills.update(caller, skill_id, change, version)
    tag(response, skill)
    return skill


@router.delete("/{skill_id}", status_code=204)
async def delete(
    skill_id: SkillId, version: ExpectedVersion, caller: ConfigWriter, configuration: UseConfiguration
) -> None:
    await configuration.skills.delete(caller, skill_id, version)
