"""Skills: what agents can do. Rules and conversations name one by its name."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from domain.errors import StillInUse
from domain.ids import SkillId
from domain.skills import Skill
from storage.documents import document
from storage.resources import RUNNING_CONVERSATIONS, Resource, Statements

SELECT: Final = "SELECT skill_id, name, levels, version, created_at, updated_at FROM skills "
RULES: Final = "sets of routing rules"
SKILLS: Final = Statements(
    insert="""
        INSERT INTO skills (skill_id, name, levels, version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(levels)s, 1, %(created_at)s, %(created_at)s)
    """,
    get=SELECT + "WHERE skill_id = %(id)s AND deleted_at IS NULL",
    listing=SELECT
    + """
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR skill_id > %(after)s)
        ORDER BY skill_id LIMIT %(limit)s
    """,
    update="""
        UPDATE skills
        SET name = %(name)s, levels = %(levels)s, version = version + 1, updated_at = now()
        WHERE skill_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM skills WHERE skill_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE skills k SET deleted_at = now()
        WHERE k.skill_id = %(id)s
          AND NOT EXISTS (SELECT FROM agent_skills s WHERE s.skill_id = k.skill_id)
          AND NOT EXISTS (SELECT FROM skills_named_by_rules r WHERE r.name = lower(k.name))
          AND NOT EXISTS (SELECT FROM skills_needed_now n WHERE n.name = lower(k.name))
    """,
    in_use={
        "agents": "SELECT count(*) AS number FROM agent_skills WHERE skill_id = %(id)s",
        RULES: """
            SELECT count(DISTINCT r.ruleset_id) AS number FROM skills_named_by_rules r
            JOIN skills k ON r.name = lower(k.name) WHERE k.skill_id = %(id)s
        """,
        RUNNING_CONVERSATIONS: """
            SELECT count(*) AS number FROM skills_needed_now n
            JOIN skills k ON n.name = lower(k.name) WHERE k.skill_id = %(id)s
        """,
    },
)
HIGHEST_IN_USE: Final = """
    SELECT coalesce(max(level), 0) AS level FROM (
        SELECT level FROM agent_skills WHERE skill_id = %(id)s
        UNION ALL
        SELECT r.level FROM skills_named_by_rules r
        JOIN skills k ON r.name = lower(k.name) WHERE k.skill_id = %(id)s
        UNION ALL
        SELECT n.level FROM skills_needed_now n
        JOIN skills k ON n.name = lower(k.name) WHERE k.skill_id = %(id)s
    ) AS used
"""
# Until the transaction ends none of them is renamed, shortened or removed. Nothing: one is not there.
HOLD: Final = """
    SELECT 1 WHERE NOT EXISTS (
        SELECT FROM jsonb_to_recordset(%(skills)s) AS s (name text, level integer)
        WHERE NOT EXISTS (
            SELECT FROM skills k
            WHERE lower(k.name) = lower(s.name) AND k.deleted_at IS NULL
              AND s.level <= jsonb_array_length(k.levels)
            FOR SHARE OF k
        )
    )
"""
AMONG: Final = SELECT + "WHERE skill_id = ANY (%(ids)s) AND deleted_at IS NULL"
NAMED: Final = SELECT + "WHERE lower(name) = ANY (%(names)s) AND deleted_at IS NULL"


class Skills(Resource[Skill]):
    """What agents can do, and the names of how well."""

    noun = "skill"
    sql = SKILLS
    model = Skill

    def identity(self, value: Skill) -> UUID:
        return value.skill_id

    def parameters(self, value: Skill) -> dict[str, object]:
        return {**value.model_dump(), "levels": document(value.levels)}

    async def update(self, value: Skill, expected_version: int) -> Skill:
        """Raise StillInUse when what names it, or one of its levels, would name nothing any more."""
        async with self._db.transaction():
            # Waits for those who are about to name it; what follows then sees them.
            await self._db.execute(self.sql.lock, {"id": value.skill_id})
            before = await self.get(value.skill_id)
            if value.name.lower() != before.name.lower():
                await self._nobody_says_its_name(value.skill_id)
            if len(value.levels) < len(before.levels):
                await self._nobody_needs_more(value)
            return await super().update(value, expected_version)

    async def among(self, ids: Collection[SkillId]) -> list[Skill]:
        """Those of them that exist."""
        return await self._db.rows(Skill, AMONG, {"ids": list(ids)}) if ids else []

    async def named(self, names: Collection[str]) -> list[Skill]:
        """Those that exist, however capital letters are used."""
        wanted = [name.lower() for name in names]
        return await self._db.rows(Skill, NAMED, {"names": wanted}) if names else []

    async def _nobody_says_its_name(self, skill_id: SkillId) -> None:
        uses = await self.uses(skill_id)
        by_name = {what: uses[what] for what in (RULES, RUNNING_CONVERSATIONS) if what in uses}
        if by_name:
            told = ", ".join(f"{number} {what}" for what, number in by_name.items())
            raise StillInUse(
                f"This skill is called by its name in {told}. Make another skill of the new name,"
                " and let rules name that one.",
                in_use=by_name,
            )

    async def _nobody_needs_more(self, value: Skill) -> None:
        row = await self._db.one(HIGHEST_IN_USE, {"id": value.skill_id})
        if row and row["level"] > len(value.levels):
            raise StillInUse(
                f"Level {row['level']} of this skill is still in use by an agent, a rule or a running"
                " conversation. Change those first.",
                level=row["level"],
            )
